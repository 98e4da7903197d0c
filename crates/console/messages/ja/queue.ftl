### The queue of open cases.

queue-title = キュー
queue-next = 次の案件へ
queue-next-about = 担当者のいない最も緊急な案件を、古い順に開きます。
queue-empty = 待っている案件はありません。お疲れさまでした。
queue-nothing-for-you = 今のところ、あなたが担当できる案件はありません。
queue-claimed = 担当中の案件があります。
queue-go-back = 担当中の案件を開く
queue-waiting = { $count }件の案件が待っています
queue-policy = ポリシー
queue-urgency = 緊急度
queue-cases = 件数
queue-oldest = 最も古い案件の経過時間
queue-claim = 案件を担当する
queue-elsewhere = キューの外
queue-proposed = 二人目の承認待ち
queue-in-bulk = 一括判断に含まれるもの
queue-lowerings = 緊急度を下げる提案の一覧
queue-of-leaving = 終了手続き中のサービスの未判断の案件：{ $count }件
queue-no-lead = 主任の判断を待つ案件がありますが、主任の役割を持つスタッフがいません。スタッフに主任の役割を付けるよう、管理者に頼んでください。
queue-claim-limit = 1時間に担当できる件数の上限に達しました。次に担当できる時刻：
queue-leave-limit = 判断せずに戻した案件の数が上限に達しました。次に担当できる時刻：
queue-limit-danger = いま危険にさらされている子どもがいるかもしれない案件は、それより前でも担当できます。
queue-list = 未判断の案件を一覧する
queue-limited-services = 担当するサービス：
queue-limited-policies = 担当するポリシー：
