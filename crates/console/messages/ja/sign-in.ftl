### Ways in.

sign-in-title = サインイン
sign-in-name = 名前
sign-in-password = パスワード
sign-in-code = 認証アプリのコード
sign-in-code-hint = 6桁の数字。30秒ごとに変わります。
sign-in-go = パスワードでサインイン
sign-in-lost = サインインできなくなった場合は、管理者に新しいリンクを頼んでください。
sign-in-passkey = パスキー
sign-in-passkey-about = 上に名前を入力すると、あとは端末の案内に従うだけです。
sign-in-passkey-go = パスキーでサインイン
sign-in-passkey-failed = パスキーでサインインできませんでした。もう一度試すか、パスワードを使ってください。
enter-title = コンソールに入る
enter-about = このリンクは一度だけ使えます。ボタンを押すと使用されます。
enter-go = 入る
