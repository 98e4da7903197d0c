### The first page.

start-title = ホーム
start-waiting = 待っている案件
start-oldest = 最も古い案件の作成日時
start-proposed = 二人目の確認を待つ判断
start-pages = ページ一覧
