### Policies: what each purpose forbids.

policies-title = ポリシー
policies-about = 目的ごとに、何が禁止されているかを定めた文面です。審査担当者はこの文面に基づいて判断し、サービスはこの文面を本人に伝えることができます。
policies-policy = ポリシー
policies-version = 版
policies-wording = 禁止する内容
policies-texts-about = 読む人には、その人の言語の文面が表示されます。空欄の言語では、英語の文面、なければ最初の文面が、その旨の注記とともに表示されます。少なくとも一つの文面が必要です。訳文で禁止する内容を変えないでください。
policies-fallback = この言語の文面がないため、次の言語で表示しています：{ $name }
policies-built-in = 組み込み
policies-severity = 鮮明表示の点数
policies-severity-hint = 1（軽い）から5（重い）まで、1分ごとに加算されます。点数は、24時間の閲覧上限に数えられます。
policies-keep = アイテムのデータの保管
policies-days = { $count ->
    [0] 保管しない
   *[other] { $count }日間
}
policies-keep-hint = 日数で指定します。0なら何も保管しません。保管するデータは暗号化され、期間が終わると削除されます。日数を短くしても、すでに保管されているものは少なくともさらに一週間残ります。
policies-no-vault = 運用担当者が保管庫の鍵を設定していないため、何も保管できません。
policies-change = ポリシーを編集
policies-change-about = 新しい版が作られます。これまでの判断には判断時の版が残り、未判断の案件には新しい版が表示されます。
policies-go = 新しい版を有効にする
policies-before = 以前の版
policies-to-list = ポリシー一覧
reasons-title = 保存した理由
reasons-about = 審査担当者は、判断、見送り、エスカレーションの理由としてこの文章を選び、送信する前に書き換えることができます。判断にはそのときの文章が残るため、ここで変更してもこれまでの判断は変わりません。
reasons-limit = ポリシーと言語ごとに{ $count }件までです。空欄は保存されません。
reasons-changed = 最終更新：
reasons-saved = 理由を保存しました。
reasons-save = 理由を保存
