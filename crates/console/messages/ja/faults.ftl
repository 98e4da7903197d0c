### What went wrong, and what to do about it: a message for each code, and one with `-do` after it.

fault-not-found = ここには何もありません
fault-not-found-do = アドレスを確かめてください。あなたの役割では表示できないページかもしれません。
fault-conflict = 先に変更がありました
fault-conflict-do = 変更しようとした内容は、すでに変わっています。戻って確認し、あらためて操作してください。
fault-invalid = この内容では実行できません
fault-invalid-do = 戻って、入力や選択の内容を確かめてください。何も変更されていません。
fault-unavailable = データベースが応答しません
fault-unavailable-do = 途中で止まった操作はありません。少し待ってから、もう一度お試しください。
fault-internal = システム側で問題が起きました
fault-internal-do = あなたのせいではありません。もう一度お試しください。繰り返す場合は、起きた時刻を運用担当者に伝えてください。
