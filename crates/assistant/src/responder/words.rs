//! The words that carry a question's meaning: folded, without small words, cut to their stem, and
//! one word for what several say ("price", "cost", "Preis", "prezzo").

use std::{collections::HashMap, sync::LazyLock};

use crate::text::Reading;

/// Words that carry no meaning of their own, in five languages.
const SMALL: &str = "a about after all also am an and any are as at be because been but by can could did do does doing for from get got had has have having he her here hi his how i if in into is it its \
    just know let like may me might more most much must my need no not now of on one only or other our out over please really say she should so some still such tell than thank thanks that the their them then \
    there these they this those through to too up us use very want was we well were what when where which while who why will with would yes yet you your hello hey good possible able offer offers \
    many few every each lot between explain until till often frequently usually make makes made making look looks looking like happen happens take takes give there's \
    ai al alla alle anche avete c'e che chi ci come con cosa cui da dal dalla dalle dei del della delle di dove e ed gli ha hai hanno ho i il in io l la le lei lo loro ma mi mio molto ne nel nella no noi non nostro o per perche piu posso \
    possibile puo qual quale quali quando quanto quanti quello questa questo se sei si siamo sono su sul sulla suo ti tra tu un una uno vi voi vorrei vostro vostra grazie buongiorno ciao sapere fare fanno fate fatto fra ogni spesso serve servono bisogno spiegare spiegami spiegarmi fino adesso oggi \
    aber als am an auch auf aus bei bin bis das dass dem den der des die du ein eine einem einen einer er es euch euer fur gibt haben hat ich ihr ihre ihren im in ist ja kann kein keine konnen man mehr mein mit \
    mochte nach nicht noch nur ob oder sehr sie sind so uber um und uns unser von vor war was welche wenn wer wie wieviel wir wird wo zu zum zur hallo danke bitte guten tag wissen machen macht gemacht zwischen jede jeder jedes oft haufig brauche brauchen braucht erklaren geht heute aussieht sieht \
    au aux avec avez avons c ca ce ces cet cette comme comment combien d dans de des du elle en est et etes eu il ils j je l la le les leur lui m ma mais me mes mon n ne nos notre nous on ou par pas plus pour \
    pouvez puis qu quand que quel quelle quelles quels qui sa sans se ses si son sont sur t te tu un une vos votre vous y bonjour merci savoir est-ce faire fait faites entre chaque souvent besoin faut expliquer jusqu aujourd'hui existe \
    al algo algun como con cual cuales cuando cuanto cuanta cuantos de del donde el ella en entre era es esa ese eso esta este esto ha hacer hay la las le les lo los mas me mi muy nos o para pero por porque puede puedo que \
    se ser si sin sobre son su sus te tiene tienen tienes tu un una uno usted ustedes y ya hola gracias saber hacen cada menudo necesito necesita necesitamos falta explicar explica hasta hoy existe";

/// What several words say, in several languages. The first is the stem that stands for all.
const SAME: &[&str] = &[
    "price prices priced pricing cost costs costing charge charges fee fees tariff tariffs rate rates expensive cheap prezzo prezzi costo costi costa costano tariffa tariffe listino preis preise preisliste kostet kosten kost tarif tarife gebuhr gebuhren prix coute coutent cout couts tarifs precio precios cuesta cuestan coste costes tarifa tarifas much quanto combien cuanto wieviel",
    "plan plans package packages tier tiers subscription piano piani pacchetto pacchetti abbonamento abonnement paket pakete tarifmodell forfait forfaits plane planes paquete paquetes suscripcion formule formules",
    "integration integrations integrate integrates integrating connect connects connection connector connectors sync compatible work integrazione integrazioni integrare integra integrarsi collegare collegamento funziona integrieren integrierbar anbindung schnittstelle schnittstellen verbinden kompatibel funktioniert integrer connecter connexion compatible fonctionne integracion integraciones integrar conectar funciona",
    "demo demos demonstration walkthrough presentation dimostrazione presentazione vorfuhrung prasentation demostracion presentacion",
    "trial trials try prova provare testen testphase probe essai essayer prueba probar gratis free gratuito gratuita gratuit gratuite kostenlos kostenfrei",
    "support help assistance assistenza aiuto supporto hilfe unterstutzung kundendienst aide assistance soporte ayuda asistencia",
    "language languages lingua lingue sprache sprachen langue langues idioma idiomas lengua lenguas multilingual speak speaks spoken parla parlate parlano sprechen spricht sprecht parlez parle hablan habla hablais",
    "security secure safe privacy gdpr dsgvo rgpd protection sicurezza sicuro riservatezza sicherheit sicher datenschutz securite securise confidentialite protection seguridad seguro privacidad",
    "cancel cancellation terminate quit disdire disdetta recesso annullare kundigen kundigung annuler resilier resiliation annulation cancelar cancelacion baja rescindir",
    "setup onboarding install installation start started begin implementation implement configurazione configurare installazione installare iniziare avvio attivazione einrichtung einrichten einfuhrung starten beginnen loslegen mise demarrer demarrage commencer deploiement configuration configurer configuracion configurar instalacion instalar empezar comenzar puesta arrancar",
    "contract contracts commitment contratto contratti vincolo vertrag vertrage laufzeit vertragslaufzeit contrat contrats engagement contrato contratos permanencia compromiso",
    "refund refunds reimbursement rimborso rimborsi ruckerstattung erstattung remboursement rembourser reembolso devolucion",
    "payment pay pays payments billing invoice invoices card pagamento pagamenti pagare fattura fatturazione carta zahlung zahlungen zahlen rechnung rechnungen bezahlen paiement paiements payer facture factures facturation carte pago pagos pagar factura facturas facturacion tarjeta",
    "user users seat seats people person team utente utenti persone postazioni nutzer benutzer personen anwender utilisateur utilisateurs personnes usuario usuarios personas",
    "data dati daten donnees datos",
    "host hosted hosting server servers stored store storage ospitati conservati gehostet gespeichert speichern heberge hebergees stockees stocker alojados almacenados servidores servidor",
    "feature features function functions functionality funzione funzioni funzionalita funktion funktionen fonction fonctions fonctionnalite fonctionnalites funcion funciones funcionalidad funcionalidades caracteristicas",
    "opening hours open orari orario apertura offnungszeiten geoffnet horaires ouverture ouvert horario horarios apertura abierto",
    "delivery shipping ship deliver consegna spedizione spedire lieferung versand liefern livraison livrer expedition envio entrega enviar",
    "company business firm enterprise azienda impresa unternehmen firma entreprise societe empresa",
    "limit limits limited maximum max limite limiti grenze grenzen begrenzung limites",
    "discount discounts sconto sconti rabatt rabatte remise remises reduction descuento descuentos rebaja",
    "mobile app phone smartphone cellulare handy telefono movil mobil",
    "time long duration tempo durata lange dauert dauer zeit temps duree longtemps tiempo duracion tarda dura",
    "train training formazione schulung formation formacion capacitacion",
    "difference differences compare compared compares comparing comparison differ differs versus vs vergleichen verglichen confrontare paragone comparer comparar differenza differenze confronto unterschied unterschiede vergleich difference comparaison diferencia diferencias comparacion",
    "available availability disponibile disponibilita verfugbar verfugbarkeit disponible disponibilite disponibles disponibilidad uptime",
];

static SMALL_WORDS: LazyLock<std::collections::HashSet<&'static str>> =
    LazyLock::new(|| SMALL.split_ascii_whitespace().collect());
static SAME_WORDS: LazyLock<HashMap<&'static str, u16>> = LazyLock::new(|| {
    SAME.iter()
        .zip(0..)
        .flat_map(|(words, group)| words.split_ascii_whitespace().map(move |word| (word, group)))
        .collect()
});

/// A word as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Word {
    /// One of the words of [`SAME`].
    Same(u16),
    /// A stem.
    Stem(String),
}

/// The words of a text that carry meaning, in order, with repetitions.
pub(super) fn content_words(text: &str) -> Vec<Word> {
    let reading = Reading::new(text);
    reading
        .folded()
        .split(|character: char| !(character.is_alphanumeric() || character == '\''))
        .filter_map(|word| word.rsplit('\'').next())
        .filter(|word| {
            word.chars().count() > 1
                || word.chars().any(|character| character.is_ascii_digit() || !character.is_ascii())
        })
        .filter_map(|word| {
            SAME_WORDS
                .get(word)
                .map(|group| Word::Same(*group))
                .or_else(|| (!SMALL_WORDS.contains(word)).then(|| Word::Stem(stem(word).to_owned())))
        })
        .collect()
}

/// A word without the ending that grammar gives it. Rough, but the same on both sides.
fn stem(word: &str) -> &str {
    if word.len() <= 4 || !word.is_ascii() {
        return word;
    }
    for ending in [
        "ations", "ation", "ments", "ment", "ings", "ing", "ungen", "ung", "zioni", "zione", "ciones", "cion", "mente",
        "ies", "ers", "ed", "es", "en", "er", "em", "os", "as", "s", "e", "i", "o", "a", "y",
    ] {
        if let Some(rest) = word.strip_suffix(ending)
            && rest.len() >= 4
        {
            return rest;
        }
    }
    word
}
