### Search.

find-title = Find
find-what = What are you looking for?
find-hint = An id, the exact name of an item, a bank, a page or a command. Accounts and people cannot be found.
find-none = No results.
find-page = Page
find-case = Case
find-decision = Decision
find-bank = Bank
find-command = Command
