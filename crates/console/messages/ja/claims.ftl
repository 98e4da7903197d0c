### How cases are claimed and left, for auditors.

claims-title = 案件の担当状況
claims-about = スタッフごと、日ごと（UTC）に、担当した案件がどうなったかを案件の履歴から数えたものです。履歴は案件とともに削除されるため、古い日は不完全なことがあります。印は確認のきっかけであり、証拠ではありません。数は、その人の仕事の良し悪しを示すものではありません。
claims-range = 31日以内で指定してください。
claims-rows = スタッフと日ごとの件数
claims-none = この期間に数えるものはありません。
claims-day = 日
claims-claimed = 担当
claims-decided = 判断
claims-given-back = 担当解除
claims-lapsed = 期限切れ
claims-escalated = エスカレーション
claims-handed-over = 同僚へ引き継ぎ
claims-mark = 目立つ点
claims-mostly-undecided = 判断した件数より、判断しなかった件数が多い
claims-repeated = この期間に同じ案件を{ $count }回担当
claims-more = 続きを表示
