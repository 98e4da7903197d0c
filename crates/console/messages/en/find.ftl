### Search.

find-title = Find
find-what = What are you looking for?
find-hint = An id, the exact name of an item, a bank or a page. Accounts and people cannot be found.
find-none = Nothing was found that you may see.
find-page = Page
find-case = Case
find-decision = Decision
find-bank = Bank
