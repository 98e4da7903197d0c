//! The texts of mails, in five languages. A line has a word of a closed list and a number, so that no
//! language needs a plural.

use std::fmt::Write as _;

use mamori_model::Language;
use mamori_model::notification::{Counted, Counts, Topic};

/// The texts of one language.
struct Texts {
    /// The subject of each topic.
    subject: fn(Topic) -> &'static str,
    /// What each number counts.
    label: fn(Counted) -> &'static str,
    /// The words before the link.
    link: &'static str,
    /// The subject of a test.
    test: &'static str,
    /// The last line.
    end: &'static str,
}

/// Returns the subject and the text of a mail: numbers and a link, nothing else.
pub(crate) fn mail_text(
    language: Language,
    topic: Topic,
    counts: &Counts,
    link: &str,
) -> (String, String) {
    let texts = texts(language);
    let mut text = String::new();
    for (counted, number) in counts.iter() {
        let unit = if counted == Counted::VaultPercent { " %" } else { "" };
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}: {number}{unit}", (texts.label)(counted));
    }
    let _ = write!(text, "\n{}: {link}\n\n{}\n", texts.link, texts.end);
    (format!("Mamori: {}", (texts.subject)(topic)), text)
}

/// Returns the subject and the text of a test, which has no numbers.
pub(crate) fn test_text(language: Language, link: &str) -> (String, String) {
    let texts = texts(language);
    let text = format!("{}: {link}\n\n{}\n", texts.link, texts.end);
    (format!("Mamori: {}", texts.test), text)
}

/// The configuration takes only built-in languages: a language pack has no texts of mails.
fn texts(language: Language) -> Texts {
    match language {
        Language::English | Language::Added(_) => ENGLISH,
        Language::Japanese => JAPANESE,
        Language::French => FRENCH,
        Language::German => GERMAN,
        Language::Italian => ITALIAN,
    }
}

const ENGLISH: Texts = Texts {
    subject: |topic| match topic {
        Topic::ChildInDanger => "a child may be in danger: an unclaimed case waits",
        Topic::CasesWaiting => "cases have waited for a long time",
        Topic::LeadsWaiting => "work waits for a lead, a policy editor or a second actor",
        Topic::VaultFull => "the vault is nearly full",
    },
    label: |counted| match counted {
        Counted::CasesChildInDanger => "Unclaimed cases in which a child may be in danger now",
        Counted::CasesNewMaterial => "Unclaimed cases with new material",
        Counted::CasesKnownMaterial => "Unclaimed cases with known material",
        Counted::EscalatedCases => "Escalated cases",
        Counted::Decisions => "Decisions that wait for second approval",
        Counted::BulkDecisions => "Bulk decisions that wait for second approval",
        Counted::UrgencyLowerings => "Proposals to lower an urgency",
        Counted::Disputes => "Open disputes about entries",
        Counted::Changes => "Changes that wait for a second actor",
        Counted::VaultPercent => "Space of the vault in use",
    },
    link: "Console",
    test: "test of the notifications",
    end: "This message was sent automatically. It has numbers only; the rest is in the console.",
};

const JAPANESE: Texts = Texts {
    subject: |topic| match topic {
        Topic::ChildInDanger => "子どもが危険な可能性：担当者のいない案件があります",
        Topic::CasesWaiting => "長く待っている案件があります",
        Topic::LeadsWaiting => "主任、ポリシー編集者または二人目の承認者の対応が必要です",
        Topic::VaultFull => "保管庫の空きがわずかです",
    },
    label: |counted| match counted {
        Counted::CasesChildInDanger => "子どもが今まさに危険な可能性のある、担当者のいない案件",
        Counted::CasesNewMaterial => "新規のコンテンツの、担当者のいない案件",
        Counted::CasesKnownMaterial => "既知のコンテンツの、担当者のいない案件",
        Counted::EscalatedCases => "主任にエスカレーションされた案件",
        Counted::Decisions => "二人目の承認を待つ判断",
        Counted::BulkDecisions => "二人目の承認を待つ一括判断",
        Counted::UrgencyLowerings => "緊急度を下げる提案",
        Counted::Disputes => "回答待ちの異議",
        Counted::Changes => "二人目の承認を待つ変更",
        Counted::VaultPercent => "保管庫の使用量",
    },
    link: "コンソール",
    test: "通知のテスト",
    end: "このメッセージは自動送信です。件数だけをお知らせしています。詳細はコンソールでご確認ください。",
};

const FRENCH: Texts = Texts {
    subject: |topic| match topic {
        Topic::ChildInDanger => "un enfant est peut-être en danger : un dossier attend",
        Topic::CasesWaiting => "des dossiers attendent depuis longtemps",
        Topic::LeadsWaiting => {
            "un responsable, la rédaction des règles ou un second acteur est attendu"
        }
        Topic::VaultFull => "le coffre est presque plein",
    },
    label: |counted| match counted {
        Counted::CasesChildInDanger => {
            "Dossiers non pris où un enfant est peut-être en danger maintenant"
        }
        Counted::CasesNewMaterial => "Dossiers non pris, contenu nouveau",
        Counted::CasesKnownMaterial => "Dossiers non pris, contenu connu",
        Counted::EscalatedCases => "Dossiers transmis à un responsable",
        Counted::Decisions => "Décisions qui attendent une seconde approbation",
        Counted::BulkDecisions => "Décisions groupées qui attendent une seconde approbation",
        Counted::UrgencyLowerings => "Propositions de baisser une urgence",
        Counted::Disputes => "Contestations d’entrées ouvertes",
        Counted::Changes => "Modifications qui attendent un second acteur",
        Counted::VaultPercent => "Espace utilisé du coffre",
    },
    link: "Console",
    test: "essai des notifications",
    end: "Ce message est automatique. Il ne contient que des nombres ; le reste est dans la console.",
};

const GERMAN: Texts = Texts {
    subject: |topic| match topic {
        Topic::ChildInDanger => "ein Kind ist vielleicht in Gefahr: ein Fall wartet",
        Topic::CasesWaiting => "Fälle warten seit Langem",
        Topic::LeadsWaiting => {
            "Leitung, Richtlinienredaktion oder ein zweiter Akteur wird gebraucht"
        }
        Topic::VaultFull => "der Tresor ist fast voll",
    },
    label: |counted| match counted {
        Counted::CasesChildInDanger => {
            "Nicht übernommene Fälle, in denen ein Kind jetzt in Gefahr sein kann"
        }
        Counted::CasesNewMaterial => "Nicht übernommene Fälle mit neuem Material",
        Counted::CasesKnownMaterial => "Nicht übernommene Fälle mit bekanntem Material",
        Counted::EscalatedCases => "An die Leitung eskalierte Fälle",
        Counted::Decisions => "Entscheidungen, die auf die zweite Zustimmung warten",
        Counted::BulkDecisions => "Sammelentscheidungen, die auf die zweite Zustimmung warten",
        Counted::UrgencyLowerings => "Vorschläge, eine Dringlichkeit zu senken",
        Counted::Disputes => "Offene Einsprüche gegen Einträge",
        Counted::Changes => "Änderungen, die auf einen zweiten Akteur warten",
        Counted::VaultPercent => "Belegter Platz im Tresor",
    },
    link: "Konsole",
    test: "Test der Benachrichtigungen",
    end: "Diese Nachricht kommt automatisch. Sie enthält nur Zahlen; alles Weitere steht in der Konsole.",
};

const ITALIAN: Texts = Texts {
    subject: |topic| match topic {
        Topic::ChildInDanger => "un minore è forse in pericolo: un caso attende",
        Topic::CasesWaiting => "alcuni casi attendono da tempo",
        Topic::LeadsWaiting => {
            "serve un responsabile, la redazione delle regole o un secondo attore"
        }
        Topic::VaultFull => "la cassaforte è quasi piena",
    },
    label: |counted| match counted {
        Counted::CasesChildInDanger => "Casi non presi in cui un minore può essere in pericolo ora",
        Counted::CasesNewMaterial => "Casi non presi con materiale nuovo",
        Counted::CasesKnownMaterial => "Casi non presi con materiale noto",
        Counted::EscalatedCases => "Casi passati a un responsabile",
        Counted::Decisions => "Decisioni che attendono la seconda approvazione",
        Counted::BulkDecisions => "Decisioni collettive che attendono la seconda approvazione",
        Counted::UrgencyLowerings => "Proposte di abbassare un’urgenza",
        Counted::Disputes => "Contestazioni di voci aperte",
        Counted::Changes => "Modifiche che attendono un secondo attore",
        Counted::VaultPercent => "Spazio in uso nella cassaforte",
    },
    link: "Console",
    test: "prova delle notifiche",
    end: "Questo messaggio è automatico. Contiene solo numeri; il resto è nella console.",
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_mail_has_numbers_and_a_link_and_nothing_else() {
        let counts: Counts = [(Counted::CasesChildInDanger, 2)].into_iter().collect();
        let link = "https://mamori.example/console";

        let (subject, text) = mail_text(Language::English, Topic::ChildInDanger, &counts, link);

        assert_eq!(subject, "Mamori: a child may be in danger: an unclaimed case waits");
        assert_eq!(
            text,
            "Unclaimed cases in which a child may be in danger now: 2\n\n\
             Console: https://mamori.example/console\n\n\
             This message was sent automatically. It has numbers only; the rest is in the console.\n"
        );
    }

    #[test]
    fn each_language_tells_topics_and_numbers_apart() {
        for &language in Language::BUILT_IN {
            let texts = texts(language);
            let subjects: BTreeSet<_> = Topic::ALL.iter().map(|it| (texts.subject)(*it)).collect();
            let labels: BTreeSet<_> = Counted::ALL.iter().map(|it| (texts.label)(*it)).collect();

            assert_eq!(subjects.len(), Topic::ALL.len(), "{language:?}");
            assert_eq!(labels.len(), Counted::ALL.len(), "{language:?}");
        }
    }
}
