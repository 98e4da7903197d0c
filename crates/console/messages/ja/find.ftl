### Search.

find-title = 検索
find-what = 何を探しますか
find-hint = ID、アイテムの正確な名前、バンク、ページを探せます。アカウントや人は検索できません。
find-none = 見つかりませんでした。権限のないものは表示されません。
find-page = ページ
find-case = 案件
find-decision = 判断
find-bank = バンク
