### Policies: what each purpose forbids.

policies-title = Policies
policies-about = What each purpose forbids: the text that reviewers apply and that services can pass on.
policies-policy = Policy
policies-version = Version
policies-wording = What it forbids
policies-texts-about = Each reader sees the text in their own language. If it is missing, they see the English text, or if that is missing too, the first text, with a note that says so. Enter at least one text. A translation must not forbid anything else.
policies-fallback = There is no text in this language. Shown in: { $name }
policies-built-in = built in
policies-severity = Exposure points per clear view
policies-severity-hint = From 1 (mild) to 5 (grave), for each minute begun. The points count towards a reviewer’s exposure limit for 24 hours.
policies-keep = Pictures are kept
policies-days = { $count ->
    [0] never
    [one] for one day
   *[other] for { $count } days
}
policies-keep-hint = In days; 0 keeps nothing. Kept bytes are encrypted, and deleted when the days are over. If you shorten the period, bytes that are kept now stay for at least one more week.
policies-no-vault = Nothing can be kept: the operator has not given the vault a key.
policies-change = Edit policy
policies-change-about = This creates a new version. Earlier decisions keep the version under which they were made; open cases show the new one.
policies-go = Publish the new version
policies-before = Previous versions
policies-to-list = All policies
reasons-title = Saved reasons
reasons-about = Reviewers can choose these texts as the reason of a decision, a skip or an escalation, and change them before they send the form. A decision stores its own text, so a change here affects no decision.
reasons-limit = { $count ->
    [one] At most one reason for each policy and language.
   *[other] At most { $count } reasons for each policy and language. An empty field is left out.
}
reasons-changed = Last changed:
reasons-saved = The reasons are saved.
reasons-save = Save the reasons
