### The list of undecided cases.

cases-title = 未判断の案件
cases-about = まだ判断されていない案件を、古い順に表示します。アカウント別、審査担当者別には一覧できません。
cases-part = 状態
cases-any = すべて
cases-open = 未判断
cases-escalated = 未判断（主任にエスカレーション済み）
cases-proposed = 二人目の承認待ち
cases-age = 経過時間
cases-age-hour = 1時間以上
cases-age-day = 1日以上
cases-age-week = 1週間以上
cases-show = 表示
cases-none = 該当する案件はありません。
cases-items = アイテム数
cases-place = 現在の状況
cases-in-bulk = 一括判断に含まれる
cases-claimed = 担当者あり
cases-unclaimed = 担当者なし
cases-newer = より新しい案件
