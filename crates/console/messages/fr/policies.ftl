### Policies: what each purpose forbids.

policies-title = Règles
policies-about = Ce que chaque but interdit, dans les mots d’après lesquels on décide et que le service peut transmettre.
policies-policy = Règle
policies-version = Numéro
policies-wording = Ce qu’elle interdit
policies-severity = Ce que coûte une consultation nette
policies-severity-hint = De 1, léger, à 5, grave : cela compte dans ce qu’une personne peut voir en un jour.
policies-keep = Conservation des données
policies-days = { $count ->
    [0] jamais
    [one] un jour
   *[other] { $count } jours
}
policies-keep-hint = En jours ; 0 ne conserve rien. Ce qui est conservé est scellé et disparaît au terme. Si les jours diminuent, ce qui est déjà conservé reste au moins une semaine.
policies-no-vault = Rien ne peut être conservé ici : l’exploitant n’a pas donné de clé au coffre.
policies-change = La reformuler
policies-change-about = Cela crée une autre version. Les décisions d’avant gardent la leur, et les dossiers ouverts montrent la nouvelle.
policies-go = La mettre en vigueur
policies-before = Versions précédentes
policies-to-list = Vers toutes les règles
