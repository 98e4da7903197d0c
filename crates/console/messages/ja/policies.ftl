### Policies: what each purpose forbids.

policies-title = ポリシー
policies-about = 目的ごとに、何が禁止されているかを定めた文面です。審査担当者はこの文面に基づいて判断し、サービスはこの文面を本人に伝えることができます。
policies-policy = ポリシー
policies-version = 版
policies-wording = 禁止する内容
policies-severity = 鮮明な閲覧の点数
policies-severity-hint = 1（軽い）から5（重い）まで。一人が一日に見てよい量に数えられます。
policies-keep = データの保管
policies-days = { $count ->
    [0] 保管しない
   *[other] { $count }日間
}
policies-keep-hint = 日数で指定します。0なら何も保管しません。保管するデータは封印され、期間が終わると消去されます。日数を短くしても、すでに保管されているものは少なくとも一週間は残ります。
policies-no-vault = 保管庫の鍵が設定されていないため、ここでは何も保管できません。
policies-change = 文面を改める
policies-change-about = 新しい版が作られます。これまでの判断には判断時の版が残り、未判断の案件には新しい版が表示されます。
policies-go = この版を有効にする
policies-before = 以前の版
policies-to-list = ポリシー一覧へ
