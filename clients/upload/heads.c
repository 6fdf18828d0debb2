/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/heads.h"

#include "clients/upload/fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct head_row {
    const char *word;
    const char *names; /* en first, then ar fr tr ru es pt de it, as far as they differ folded */
} head_row;

static const head_row table[HEADS] = {
    [HEAD_EMAIL] = { "email",
                     "email|email address|mail|user email|your email|"
                     "البريد الإلكتروني|البريد الالكتروني|عنوان البريد الإلكتروني|"
                     "adresse e-mail|adresse email|courriel|adresse e-mail de l’utilisateur|"
                     "adresse électronique|adresse mail|"
                     "e-posta|e-posta adresi|eposta|kullanıcı e-postası|kullanıcı e-posta adresi|"
                     "электронная почта|адрес электронной почты|эл. почта|"
                     "электронная почта пользователя|почта|"
                     "correo electrónico|correo|e-mail del usuario|"
                     "dirección de correo electrónico|correo electrónico del usuario|"
                     "e-mail do usuário|endereço de e-mail|e-mail-adresse|"
                     "benutzer-e-mail|e-mail des benutzers|"
                     "email dell’utente|indirizzo e-mail|indirizzo email|e-mail utente" },
    [HEAD_NAME] = { "name",
                    "name|full name|participant|participant name|name (original name)|"
                    "user name (original name)|user name|your name|name and surname|"
                    "الاسم|الاسم الكامل|الاسم (الاسم الأصلي)|اسم المستخدم (الاسم الأصلي)|"
                    "nom (nom original)|nom complet|nom et prénom|prénom et nom|"
                    "nom d’utilisateur (nom original)|nom du participant|"
                    "ad (orijinal ad)|ad soyad|adı soyadı|tam ad|isim|isim soyisim|"
                    "kullanıcı adı (orijinal ad)|"
                    "имя (настоящее имя)|имя (исходное имя)|полное имя|фио|"
                    "имя пользователя (настоящее имя)|имя пользователя|"
                    "nombre (nombre original)|nombre completo|nombre y apellidos|"
                    "nombre de usuario (nombre original)|nombre de usuario|nombre del participante|"
                    "nome (nome original)|nome completo|nome do participante|"
                    "nome de usuário (nome original)|"
                    "name (originalname)|name (ursprünglicher name)|vollständiger name|"
                    "benutzername (originalname)|benutzername|"
                    "nome (nome originale)|nome utente (nome originale)|nome e cognome|nome "
                    "utente" },
    [HEAD_FIRST_NAME] = { "first_name",
                          "first name|given name|الاسم الأول|prénom|ad|adı|имя|nombre|"
                          "primeiro nome|nome|vorname" },
    [HEAD_LAST_NAME] = { "last_name",
                         "last name|family name|surname|اسم العائلة|الاسم الأخير|nom|"
                         "nom de famille|soyadı|soyad|фамилия|apellido|apellidos|sobrenome|"
                         "último nome|apelido|nachname|familienname|cognome" },
    [HEAD_COUNTRY] = { "country",
                       "country|country code|country/region|country/region name|"
                       "البلد|الدولة|البلد/المنطقة|اسم البلد/المنطقة|pays|pays/région|"
                       "nom du pays/de la région|ülke|ülke/bölge|ülke/bölge adı|страна|"
                       "страна/регион|название страны/региона|país|país/región|país/região|"
                       "nombre del país/región|nome do país/região|land|land/region|"
                       "name des landes/der region|paese|paese/regione|nome paese/regione" },
    [HEAD_ROLE] = { "role", "role|الدور|rôle|rol|роль|función|função|rolle|ruolo" },
    [HEAD_MODE] = { "mode", "mode|attendance mode" },
    [HEAD_INSTITUTION] = { "institution",
                           "institution|organisation|organization|company|affiliation|المؤسسة|"
                           "الجهة|établissement|kurum|kuruluş|организация|учреждение|institución|"
                           "organización|empresa|instituição|organização|einrichtung|istituzione|"
                           "organizzazione|azienda" },
    [HEAD_POSITION] = { "position",
                        "position|job title|title|المسمى الوظيفي|الوظيفة|fonction|poste|görev|"
                        "unvan|должность|cargo|puesto|qualifica|posizione" },
    [HEAD_LANGUAGE] = { "language", "language|lang" },
    [HEAD_EXTERNAL_ID] = { "external_id", "external id|registrant id|registration id|id" },
    [HEAD_NAME_LATIN] = { "name_latin", "name latin|latin name|name in latin" },
    [HEAD_REGISTERED_AT] = { "registered_at",
                             "registration time|وقت التسجيل|heure d’inscription|"
                             "date d’inscription|kayıt zamanı|kayıt saati|время регистрации|"
                             "hora de registro|hora de inscripción|hora de inscrição|"
                             "hora da inscrição|registrierungszeit|registrierungszeitpunkt|"
                             "ora di registrazione|ora registrazione" },
    [HEAD_APPROVAL] = { "approval", "approval status|حالة الموافقة|statut d’approbation|"
                                    "état de l’approbation|onay durumu|статус утверждения|"
                                    "статус одобрения|estado de aprobación|estado de la aprobación|"
                                    "status de aprovação|genehmigungsstatus|stato approvazione|"
                                    "stato di approvazione" },
    [HEAD_JOIN_TIME] = { "join_time",
                         "join time|joined|joined at|time joined|join|entry time|entered at|وقت "
                         "الانضمام|"
                         "وقت الدخول|heure d’arrivée|heure de connexion|"
                         "heure de participation|heure d’entrée|rejoint à|katılma saati|katılma "
                         "zamanı|"
                         "giriş saati|время входа|время присоединения|время подключения|"
                         "hora para unirse|hora de unión|se unió|se unió a las|hora de "
                         "entrada|hora de ingreso|hora de incorporación|"
                         "ingressar na hora|horário de entrada|hora de ingresso|beitrittszeit|"
                         "beitreten|beitritt|beitrittszeitpunkt|beigetreten|beigetreten "
                         "um|teilnahmezeit|ora di ingresso|"
                         "ora di entrata|ora di accesso|ora di partecipazione" },
    [HEAD_LEAVE_TIME] = { "leave_time",
                          "leave time|left|left at|time left|leave|exit time|exited at|وقت "
                          "المغادرة|"
                          "وقت الخروج|heure de départ|heure de sortie|"
                          "heure de déconnexion|quitté à|ayrılma saati|ayrılma zamanı|çıkış saati|"
                          "время выхода|время ухода|время отключения|hora para salir|"
                          "hora de salida|hora de abandono|salió|hora de saída|horário de "
                          "saída|verlassen|"
                          "verlassenszeit|zeitpunkt des verlassens|austrittszeit|"
                          "uhrzeit des verlassens|ora di uscita" },
    [HEAD_ATTENDED] = { "attended",
                        "attended|حضر|الحضور|a participé|présent|a assisté|katıldı|"
                        "присутствовал|участвовал|посетил|asistió|asistieron|compareceu|"
                        "participou|teilgenommen|ha partecipato|partecipato" },
    [HEAD_GUEST] = { "guest", "guest|is guest|ضيف|هل هو ضيف|invité|est un invité|misafir|"
                              "misafir mi|konuk|гость|invitado|es invitado|convidado|"
                              "é convidado|gast|ist gast|ospite|è ospite" },
    [HEAD_WAITING_ROOM] = { "waiting_room",
                            "in waiting room|waiting room|was in waiting room|lobby|غرفة "
                            "الانتظار|قاعة الانتظار|"
                            "salle d’attente|warteraum|im wartebereich|wartebereich|sala de espera|"
                            "bekleme odası|зал ожидания|комната ожидания|в комнате ожидания|"
                            "sala d’attesa|sala di attesa|في غرفة الانتظار|en salle d’attente|"
                            "dans la salle d’attente|bekleme odasında|в зале ожидания|"
                            "en sala de espera|na sala de espera|im warteraum|in sala d’attesa|"
                            "in sala di attesa" },
    [HEAD_TOTAL_DURATION] = { "total_duration",
                              "total duration (minutes)|إجمالي المدة (بالدقائق)|"
                              "durée totale (minutes)|toplam süre (dakika)|"
                              "общая продолжительность (минуты)|"
                              "общая продолжительность (минут)|duración total (minutos)|"
                              "duração total (minutos)|gesamtdauer (minuten)|"
                              "durata totale (minuti)" },
    [HEAD_FIRST_JOIN] = { "first_join",
                          "first join|أول انضمام|première participation|première connexion|"
                          "ilk katılma|ilk katılım|primera vez que se unió|первое "
                          "присоединение|первый вход|"
                          "primera unión|primera entrada|primeira entrada|erster beitritt|"
                          "primo accesso|prima partecipazione" },
    [HEAD_LAST_LEAVE] = { "last_leave",
                          "last leave|آخر مغادرة|dernière participation|dernière "
                          "déconnexion|dernier départ|dernière sortie|"
                          "son ayrılma|son ayrılış|son çıkış|последний выход|последний уход|"
                          "última vez que salió|último abandono|última salida|última saída|"
                          "letztes verlassen|ultima uscita" },
    [HEAD_DURATION] = { "duration",
                        "duration|in-meeting duration|المدة|durée|durée de participation|durée de "
                        "la participation|durée de la réunion|"
                        "durée en réunion|süre|toplantı süresi|toplantı içi süre|"
                        "длительность|продолжительность|duración|duración de la reunión|"
                        "duración en la reunión|duração|duração da reunião|dauer|"
                        "dauer der besprechung|durata|durata della riunione" },
    [HEAD_UPN] = { "upn", "participant id (upn)|معرف المشارك (upn)|"
                          "id du participant (upn)|id de participant (upn)|katılımcı kimliği (upn)|"
                          "идентификатор участника (upn)|id de participante (upn)|"
                          "id del participante (upn)|id do participante (upn)|teilnehmer-id (upn)|"
                          "id partecipante (upn)" },
    [HEAD_ACTION] = { "action", "user action|إجراء المستخدم|action de l’utilisateur|"
                                "action utilisateur|kullanıcı eylemi|действие пользователя|"
                                "acción del usuario|acción de usuario|ação do usuário|"
                                "benutzeraktion|azione utente|azione dell’utente" },
    [HEAD_TIMESTAMP] = { "timestamp", "timestamp|طابع زمني|الطابع الزمني|horodateur|horodatage|"
                                      "zaman damgası|отметка времени|метка времени|marca temporal|"
                                      "marca de tiempo|carimbo de data/hora|zeitstempel|"
                                      "informazioni cronologiche|data e ora" },
    [HEAD_MODERATOR] = { "moderator", "moderator|مشرف|المشرف|الوسيط|modérateur|moderatör|yönetici|"
                                      "модератор|moderador|moderatore|moderator/in" },
    [HEAD_ACTIVITY_SCORE] = { "activity_score",
                              "activity score|نتيجة النشاط|نقاط النشاط|درجة النشاط|"
                              "score d’activité|etkinlik puanı|aktivite puanı|"
                              "оценка активности|баллы активности|puntuación de actividad|"
                              "puntaje de actividad|pontuação de atividade|"
                              "pontuação da atividade|aktivitätspunkte|aktivitätsbewertung|"
                              "aktivitäts-score|punteggio attività|punteggio di attività" },
    [HEAD_RESPONSE_ID] = { "response_id",
                           "response id|معرف الاستجابة|id de la réponse|yanıt kimliği|"
                           "yanıt id|id ответа|id de respuesta|id de la respuesta|"
                           "id da resposta|antwort-id|antwort id|id risposta|id" },
    [HEAD_SUBMITTED] = { "submitted",
                         "date submitted|submitdate|تاريخ الإرسال|date de soumission|"
                         "gönderilme tarihi|gönderim tarihi|дата отправки|fecha de envío|"
                         "data de envio|data de submissão|datum abgeschickt|"
                         "datum der einreichung|data di invio|data invio" },
    [HEAD_REGISTRATION_ID] = { "registration_id", "registration id|registration" },
    [HEAD_DISPLAY_NAME] = { "display_name", "display name|name" },
    [HEAD_KIND] = { "kind", "kind|event|action|type" },
    [HEAD_OCCURRED_AT] = { "occurred_at", "occurred at|time|timestamp|join time|from|starts at" },
    [HEAD_ENDED_AT] = { "ended_at", "ended at|leave time|to|until|ends at" },
    [HEAD_SESSION] = { "session", "session|session number" },
    [HEAD_MARK] = { "mark", "mark" },
    [HEAD_DEVICE] = { "device", "device" },
    [HEAD_DEVICE_SEQ] = { "device_seq", "device seq|device sequence" },
    [HEAD_CONNECTION] = { "connection", "connection|connection id" },
    [HEAD_REMARK] = { "remark", "remark|comment|note" },
    [HEAD_NONCE] = { "nonce", "nonce" },
};

const char *
head_names(head which)
{
    return table[which].names;
}

const char *
head_word(head which)
{
    return table[which].word;
}

/* A list of names folded: made once, as rows ask for it again and again. */
typedef struct word_list {
    const char *names;
    char *folded;
} word_list;

static const char *
list_folded(const char *names, char **folded)
{
    char one[FOLD_MAX];
    size_t size = 0;
    FILE *to;

    if (*folded != NULL)
        return *folded;
    to = open_memstream(folded, &size);
    if (to == NULL)
        abort();
    for (const char *at = names; *at != '\0'; at += strcspn(at, "|"), at += *at == '|')
        (void) fprintf(to, "%s%s", at == names ? "" : "|", fold(at, strcspn(at, "|"), one));
    (void) fclose(to);
    return *folded;
}

static bool
folded_in(const char *text, word_list *list)
{
    char one[FOLD_MAX];
    size_t size;

    (void) fold(text, strlen(text), one);
    for (const char *at = list_folded(list->names, &list->folded); one[0] != '\0' && *at != '\0';
         at += *at == '|') {
        size = strcspn(at, "|");
        if (strlen(one) == size && strncmp(at, one, size) == 0)
            return true;
        at += size;
    }
    return false;
}

head
head_of(const char *word)
{
    char one[FOLD_MAX];
    char other[FOLD_MAX];

    (void) fold(word, strlen(word), one);
    for (head i = 0; i < HEADS; i++)
        if (strcmp(fold(table[i].word, strlen(table[i].word), other), one) == 0)
            return i;
    return HEADS;
}

/* By the first of its names that the header has. */
static int
column_find(const csv *in, head which)
{
    static char *folded[HEADS];
    int found = -1;

    for (const char *at = list_folded(table[which].names, &folded[which]); found < 0 && *at != '\0';
         at += *at == '|') {
        size_t size = strcspn(at, "|");

        found = csv_folded(in, at, size);
        at += size;
    }
    return found;
}

heads
heads_find(const csv *in)
{
    heads out;

    for (head i = 0; i < HEADS; i++)
        out.at[i] = column_find(in, i);
    /* "Nombre" alone is a name, beside "Apellidos" the first part of one. */
    if (out.at[HEAD_LAST_NAME] < 0 && out.at[HEAD_NAME] < 0)
        out.at[HEAD_NAME] = out.at[HEAD_FIRST_NAME];
    if (out.at[HEAD_NAME] < 0 && out.at[HEAD_FIRST_NAME] < 0)
        out.at[HEAD_NAME] = out.at[HEAD_LAST_NAME]; /* "Nom" alone */
    return out;
}

bool
heads_have(const heads *h, head which)
{
    return h->at[which] >= 0;
}

const char *
heads_text(const csv *in, const heads *h, head which)
{
    return csv_field(in, h->at[which]);
}

const char *
heads_value(const csv *in, const heads *h, head which)
{
    const char *text = heads_text(in, h, which);

    return text[0] == '\0' ? NULL : text;
}

const char *
heads_title(const csv *in, const heads *h, head which)
{
    return h->at[which] < 0 ? "" : in->names[h->at[which]];
}

section_title
title_read(const char *text)
{
    static word_list titles[] = {
        [TITLE_OTHER] = { "", NULL },
        [TITLE_HOSTS] = { "host details|تفاصيل المضيف|détails de l’hôte|détails sur l’hôte|"
                          "toplantı sahibi ayrıntıları|oturum sahibi ayrıntıları|"
                          "сведения об организаторе|detalles del anfitrión|detalhes do anfitrião|"
                          "host-details|details zum host|dettagli host|dettagli dell’host",
                          NULL },
        [TITLE_PANELISTS] = { "panelist details|تفاصيل المشارك في المناقشة|تفاصيل المحاورين|"
                              "détails des panélistes|détails sur le panéliste|panelist "
                              "ayrıntıları|"
                              "сведения о докладчиках|сведения об участниках дискуссии|"
                              "detalles del panelista|detalles de los panelistas|detalhes do "
                              "painelista|"
                              "detalhes do palestrante|podiumsteilnehmer-details|"
                              "details zu diskussionsteilnehmern|dettagli relatore|dettagli "
                              "panelist",
                              NULL },
        [TITLE_ATTENDEES] = { "attendee details|تفاصيل الحضور|تفاصيل الحاضرين|détails des "
                              "participants|"
                              "détails sur le participant|katılımcı ayrıntıları|сведения об "
                              "участниках|"
                              "сведения о посетителях|detalles del asistente|detalles de los "
                              "asistentes|"
                              "detalhes do participante|teilnehmerdetails|details zu teilnehmern|"
                              "dettagli partecipante|dettagli partecipanti",
                              NULL },
        [TITLE_REST] = { "other attended|حضور آخرون|autres participants|diğer katılanlar|"
                         "другие участники|otros asistentes|outros participantes|weitere "
                         "teilnehmer|"
                         "altri partecipanti",
                         NULL },
    };

    for (section_title i = TITLE_HOSTS; i <= TITLE_REST; i++)
        if (folded_in(text, &titles[i]))
            return i;
    return TITLE_OTHER;
}

bool
word_yes(const char *text)
{
    static word_list list = { "yes|true|y|1|نعم|oui|evet|да|sí|sim|ja|sì", NULL };

    return folded_in(text, &list);
}

bool
word_waits(const char *text)
{
    static word_list list = { "pending|pending approval|awaiting approval|قيد الانتظار|en attente|"
                              "en attente d’approbation|beklemede|onay bekliyor|ожидание|"
                              "в ожидании|ожидает утверждения|pendiente|pendiente de aprobación|"
                              "pendente|ausstehend|in sospeso|in attesa",
                              NULL };

    return folded_in(text, &list);
}

bool
word_approved(const char *text)
{
    static word_list list = {
        "approved|موافق عليه|تمت الموافقة|معتمد|مقبول|approuvé|approuvée|accepté|"
        "onaylandı|onaylanmış|утверждено|утвержден|одобрено|одобрен|"
        "подтверждено|aprobado|aprobada|aprovado|aprovada|genehmigt|"
        "zugelassen|bestätigt|approvato|approvata",
        NULL
    };

    return folded_in(text, &list);
}

bool
word_refused(const char *text)
{
    static word_list list = {
        "denied|cancelled|canceled|rejected|cancelled by self|"
        "cancelled by host|canceled by self|canceled by host|مرفوض|ملغى|refusé|annulé|rejeté|"
        "reddedildi|iptal edildi|отклонено|отклонен|отменено|denegado|"
        "rechazado|cancelado|negado|rejeitado|abgelehnt|abgesagt|storniert|"
        "rifiutato|annullato|negato",
        NULL
    };

    return folded_in(text, &list);
}

bool
word_joined(const char *text)
{
    static word_list list = { "joined|joined before|انضم|انضم من قبل|a rejoint|rejoint|"
                              "a rejoint avant|a rejoint l’appel|katıldı|daha önce katıldı|"
                              "присоединился|присоединился ранее|se unió|unido|unido antes|"
                              "se unió antes|ingressou|ingressou antes|entrou|entrou antes|"
                              "beigetreten|vorher beigetreten|teilgenommen|"
                              "partecipante|ha partecipato|ha partecipato prima",
                              NULL };

    return folded_in(text, &list);
}

bool
word_left(const char *text)
{
    static word_list list = { "left|غادر|a quitté|quitté|parti|ayrıldı|вышел|покинул|"
                              "abandonó|salió|ha abandonado|saiu|verlassen|hat verlassen|"
                              "uscito|ha abbandonato|è uscito",
                              NULL };

    return folded_in(text, &list);
}
