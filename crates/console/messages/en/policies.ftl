### Policies: what each purpose forbids.

policies-title = Policies
policies-about = What each purpose forbids, in the words that reviewers decide by and the service hands on.
policies-policy = Policy
policies-version = Version
policies-wording = What it forbids
policies-severity = What a clear look costs
policies-severity-hint = From 1, mild, to 5, grave: it counts towards what one person may see in a day.
policies-keep = Bytes are kept
policies-days = { $count ->
    [0] never
    [one] for one day
   *[other] for { $count } days
}
policies-keep-hint = In days; 0 keeps nothing. What is kept lies sealed and is gone when its days are over. When the days become fewer, what lies there now stays for a week at least.
policies-no-vault = Nothing can be kept here: the operator has not given the vault a key.
policies-change = Word it anew
policies-change-about = This makes another version. Decisions from before keep the version that they were made by, and open cases show the new one.
policies-go = Put it in force
policies-before = Versions from before
policies-to-list = To all policies
