### The first page.

start-title = ホーム
start-waiting = 待っている案件
start-oldest = 最も古い案件の作成日時
start-proposed = 二人目の確認を待つ判断
start-pages = ページ一覧
start-figures = 業務の流れ
start-figures-about = 過去30日間、ポリシー別。個人についての数字はありません。
start-unanswered = サービスの回答を待つ措置：{ $count }件
start-overdue = 期限超過{ $count }件
chart-arrivals = 届いた案件
chart-arrivals-about = 日ごと、ポリシーごとに作成された案件の数。
chart-waiting = 案件が担当されるまでの時間（分）
chart-waiting-about = 案件が作成された日ごと。
chart-outcomes = 判断の結論
chart-outcomes-about = 週ごと（月曜日から）の判断の数。
chart-overturned = 覆った判断
chart-overturned-about = 週ごとの、有効な判断と、却下または取り消された判断の数。
chart-median = 半数がこの時間以内
chart-p90 = 9割がこの時間以内
chart-in-effect = 有効
chart-overturned-ones = 却下・取り消し
chart-cases = 件
chart-minutes = 分
chart-decisions = 件の判断
chart-table = 表で見る
chart-day = 日または週
