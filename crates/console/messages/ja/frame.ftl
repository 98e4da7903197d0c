### The parts that all pages share.

frame-skip = 本文へ移動
frame-continue = 続ける
frame-menu = ページ一覧
frame-find = ID・アイテム・バンクを探す
frame-find-go = 検索
frame-sign-out = サインアウト
frame-method-added = サインインの方法が追加されました：
frame-method-added-do = 心当たりがなければ、それを削除し、ほかのすべてからサインアウトして、管理者に知らせてください：
menu-start = ホーム
menu-queue = キュー
menu-decisions = 判断
menu-banks = バンク
menu-policies = ポリシー
menu-webhooks = Webhook
menu-staff = スタッフ
menu-changes = 変更の承認
menu-audit = 監査記録
menu-me = 自分のページ
