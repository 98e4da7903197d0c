### The first page.

start-title = ホーム
start-waiting = { $count ->
   *[other] 審査待ちの案件
}
start-oldest = 最も古い案件の作成日時
start-waited-minutes = { $minutes }分
start-waited-hours = { $hours }時間{ $minutes }分
start-waited-days = { $count }日
start-proposed = { $count ->
   *[other] 二人目の承認を待つ判断
}
start-figures = 業務量（過去30日間）
start-figures-about = ポリシー別の集計です。個人についての数字はありません。
start-figures-few = グラフを表示（まだ7日分に満たないデータです）
start-unanswered = サービスの回答を待つ措置：{ $count }件
start-overdue = 期限超過{ $count }件
start-disputes = 回答待ちの異議：{ $count }件
start-disputes-service = サービス全体に及ぶもの{ $count }件
start-vault = 保管庫の空きがわずかです
start-vault-used = 使用量：
start-vault-about = 空きがなくなると、新しい一致の元データは保存されず、画像を確認できなくなります。運用担当者に知らせてください。
start-leaving = 終了手続き中のサービス
start-leaving-about = 削除の手続きが始まったサービスです。新しいアイテムは照合されません。すべての案件が判断され、すべての措置に回答があるか期限を過ぎると、削除されます。
start-leaving-service = サービス
start-leaving-since = 終了手続きの開始
start-leaving-undecided = 未判断の案件
start-leaving-unanswered = 回答のない措置
start-requests = { $count }件の変更が二人目の承認を待っています。
start-notices = バンクの照合や自動処理を縮小した変更が{ $count }件、確認を待っています。
chart-arrivals = 新しい案件
chart-arrivals-about = 日ごと、ポリシーごとに作成された案件の数。
chart-waiting = 案件が担当されるまでの時間（分）
chart-waiting-about = 案件が作成された日ごと。
chart-outcomes = 判断の結論
chart-outcomes-about = 週ごと（月曜日から）の、有効な判断の数。
chart-overturned = 覆った判断
chart-overturned-about = 週ごとの、有効な判断と、差し戻された、または取り消された判断の数。
chart-median = 中央値
chart-p90 = 90パーセンタイル
chart-in-effect = 有効
chart-overturned-ones = 差し戻し・取り消し
chart-cases = 件
chart-minutes = 分
chart-decisions = 件の判断
chart-table = 表で表示
chart-day = 日または週

setup-title = まだ設定されていないもの
setup-service = サービスが登録されていません。
setup-service-do = 登録してキーを発行してください：`mamori key create service 名前` または `POST /v1/services`。
setup-bank = 有効なバンクがないため、何も一致しません。
setup-bank-do = バンクを作成して取り込んでください：`mamori bank create`、次に `mamori bank import`。
setup-endpoint = Webhookを受け取るサービスがありません。
setup-endpoint-do = サービスが自分のキーで送信先を追加します：`POST /v1/webhooks`。
setup-reviewer = 審査担当者がいません。
setup-reviewer-do = 「スタッフ」のページで追加してください。
setup-lead = 主任がいないため、二人目の承認を行えません。
setup-lead-do = 「スタッフ」のページで審査担当者に主任の役割を付けてください。
setup-editor = ポリシー編集者がいないため、異議に回答できません。
setup-editor-do = 「スタッフ」のページで追加してください。
setup-auditor = 監査担当者がいません。
setup-auditor-do = 「スタッフ」のページで追加してください。監査担当者はほかの役割を兼ねることができません。
setup-administrator = 管理者があなただけです。
setup-administrator-do = もう一人追加してください。あなたの新しい登録リンクを発行できるようになります。
setup-pictures = 画像が保管されないため、審査担当者は画像を見ずに判断することになります。
setup-pictures-do = 運用担当者が保管庫の鍵を設定し（`mamori vault init`）、ポリシー編集者がデータの保管期間を設定します。
