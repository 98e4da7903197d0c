### One's own page: what one has seen, breaks, and how the console looks.

me-title = 自分のページ
me-seen = 過去24時間の閲覧量
me-seen-about = この数字を見られるのはあなただけです。ほかの人と比べられることはありません。
me-looks = 鮮明な閲覧の回数
me-minutes = 鮮明な閲覧の時間（分）
me-points = 深刻度による点数
me-veiled = ぼかした閲覧（上限には含まれません）
me-of = { $most }中{ $seen }
me-rest-title = 休憩
me-rest-until = 休憩の終了：
me-rest-left = あと{"{minutes}"}分
me-rest-about = いつでも休憩できます。担当中の案件はキューに戻ります。
me-rest = 休憩する
me-care = 相談できる人
me-look = 表示の設定
me-language = 言語
me-scheme = 配色
me-view = 画像
me-keys = 一文字のキー操作を使う（例：Nで次の案件）
me-save = 保存
me-roles = あなたの役割
