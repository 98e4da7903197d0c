### Policies: what each purpose forbids.

policies-title = Policies
policies-about = What each purpose forbids: the text that reviewers apply and that services can pass on.
policies-policy = Policy
policies-version = Version
policies-wording = What it forbids
policies-severity = Points for a clear view
policies-severity-hint = From 1 (mild) to 5 (grave), for each minute begun. The points count towards a reviewer’s exposure limit for 24 hours.
policies-keep = Item bytes are kept
policies-days = { $count ->
    [0] never
    [one] for one day
   *[other] for { $count } days
}
policies-keep-hint = In days; 0 keeps nothing. Kept bytes are encrypted, and deleted when the days are over. If you shorten the period, bytes that are kept now stay for at least one more week.
policies-no-vault = Nothing can be kept: the operator has not given the vault a key.
policies-change = Edit policy
policies-change-about = This creates a new version. Earlier decisions keep the version under which they were made; open cases show the new one.
policies-go = Put the new version in force
policies-before = Earlier versions
policies-to-list = All policies
