### Search.

find-title = 検索
find-what = 何を探しますか
find-hint = ID、アイテムの正確な名前、バンク、ページ、操作を探せます。アカウントや人は検索できません。
find-none = 見つかりませんでした。
find-page = ページ
find-case = 案件
find-decision = 判断
find-bank = バンク
find-command = 操作
