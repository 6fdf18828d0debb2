/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/credential/badge_words.h"

#include <assert.h>

enum { LANGUAGES = 6, KINDS = 4 };

/* English first: it is the fallback.  Rows by language, columns by sj_badge_kind - 1. */
static const char *const languages[LANGUAGES] = { "en", "ar", "fr", "tr", "ru", "kk" };

static const badge_words words[LANGUAGES][KINDS] = {
    {
        { "Certificate of attendance",
          "Registered for the activity and attended it, as recorded by the organiser." },
        { "Certificate of training delivery", "Taught at the activity as a trainer." },
        { "Certificate of contribution as a speaker", "Spoke at the activity." },
        { "Certificate of contribution as an organiser",
          "Contributed to organising the activity." },
    },
    {
        { "شهادة حضور", "سجّل في النشاط وحضره وفق ما سجّله المنظّم." },
        { "شهادة تقديم تدريب", "درّب في النشاط بصفة مدرّب." },
        { "شهادة مشاركة بصفة متحدّث", "تحدّث في النشاط." },
        { "شهادة مساهمة في التنظيم", "ساهم في تنظيم النشاط." },
    },
    {
        { "Attestation de participation",
          "Inscription et présence à l'activité, constatées par l'organisateur." },
        { "Attestation de formateur", "A enseigné lors de l'activité en tant que formateur." },
        { "Attestation d'intervenant", "Est intervenu lors de l'activité." },
        { "Attestation de contribution à l'organisation",
          "A contribué à l'organisation de l'activité." },
    },
    {
        { "Katılım belgesi",
          "Etkinliğe kaydoldu ve katıldı; katılımı düzenleyen tarafından kaydedildi." },
        { "Eğitmenlik belgesi", "Etkinlikte eğitmen olarak ders verdi." },
        { "Konuşmacı belgesi", "Etkinlikte konuşmacı oldu." },
        { "Düzenlemeye katkı belgesi", "Etkinliğin düzenlenmesine katkıda bulundu." },
    },
    {
        { "Сертификат об участии",
          "Регистрация на мероприятие и присутствие на нём, отмеченные организатором." },
        { "Сертификат тренера", "Проведение занятий на мероприятии в качестве тренера." },
        { "Сертификат докладчика", "Выступление на мероприятии." },
        { "Сертификат за вклад в организацию", "Вклад в организацию мероприятия." },
    },
    {
        { "Қатысу туралы сертификат", "Іс-шараға тіркеліп, қатысқанын ұйымдастырушы белгілеген." },
        { "Жаттықтырушы сертификаты", "Іс-шарада жаттықтырушы ретінде сабақ берді." },
        { "Баяндамашы сертификаты", "Іс-шарада сөз сөйледі." },
        { "Ұйымдастыруға қосқан үлес сертификаты", "Іс-шараны ұйымдастыруға үлес қосты." },
    },
};

const badge_words *
sj_badge_words(const char *language, sj_badge_kind kind)
{
    assert(kind >= SJ_BADGE_ATTENDANCE && kind <= SJ_BADGE_ORGANISER);
    size_t length = strcspn(language, "-");
    size_t row = 0;

    for (size_t i = 0; i < LANGUAGES; i++)
        if (strlen(languages[i]) == length && memcmp(languages[i], language, length) == 0)
            row = i;
    return &words[row][kind - SJ_BADGE_ATTENDANCE];
}
