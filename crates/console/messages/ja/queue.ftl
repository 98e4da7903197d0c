### The queue of open cases.

queue-title = キュー
queue-next = 次の案件へ
queue-next-about = 誰も担当していない中で最も緊急な案件を、古い順に割り当てます。
queue-empty = 待っている案件はありません。お疲れさまでした。
queue-nothing-for-you = 今のところ、あなたが担当できる案件はありません。
queue-claimed = 担当中の案件があります。
queue-go-back = その案件に戻る
queue-waiting = { $count }件の案件が待っています
queue-policy = ポリシー
queue-urgency = 緊急度
queue-cases = 件数
queue-oldest = 最も古いもの
queue-claim = この中から担当する
queue-elsewhere = 現在キューにないもの
queue-proposed = 二人目の承認待ち
queue-in-bulk = 一括判断に含まれるもの
queue-lowerings = 緊急度を下げる提案の一覧
queue-of-leaving = 終了手続き中のサービスの未判断の案件：{ $count }件
queue-no-lead = 主任を待っているものがありますが、主任が一人もいません。管理者に、誰かを主任にするよう頼んでください。
queue-claim-limit = 1時間に担当できる件数の上限に達しました。次に担当できる時刻：
queue-leave-limit = 判断せずに戻した案件の数が上限に達しました。次に担当できる時刻：
queue-limit-danger = いま危険にさらされている子どもがいるかもしれない案件は、それより前でも担当できます。
