/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/sentence_table.h"

#include <string.h>

enum { LANGUAGES = 6 };

/* English first: it is the fallback. */
static const sentence_table tables[LANGUAGES] = {
    { .lang = "en",
      .decimal = ".",
      .colon = ": ",
      .comma = ", ",
      .attended_criteria =
          "Attendance of at least %p % of the scheduled hours, as recorded by the organiser.",
      .awarded = { "Awarded for attending %a of %b hours.",
                   "Awarded for teaching at the activity as a trainer.",
                   "Awarded for speaking at the activity.",
                   "Awarded for helping to organise the activity." },
      .dates = "Dates",
      .place = "Place",
      .organiser = "Organiser",
      .partners = "Partners",
      .programme = "Programme",
      .mode = "Mode",
      .modes = { NULL, "in person", "online", "hybrid" } },
    { .lang = "ar",
      .decimal = ".",
      .colon = ": ",
      .comma = "، ",
      .attended_criteria = "حضور ما لا يقل عن %p % من الساعات المقررة وفق سجلات المنظّم.",
      .awarded = { "مُنحت هذه الشهادة لحضور %a من أصل %b ساعة.",
                   "مُنحت هذه الشهادة لتقديم التدريب في هذا النشاط.",
                   "مُنحت هذه الشهادة لإلقاء كلمة في هذا النشاط.",
                   "مُنحت هذه الشهادة للمساهمة في تنظيم هذا النشاط." },
      .dates = "التاريخ",
      .place = "المكان",
      .organiser = "المنظّم",
      .partners = "الشركاء",
      .programme = "البرنامج",
      .mode = "طريقة الانعقاد",
      .modes = { NULL, "حضوريًا", "عبر الإنترنت", "حضوريًا وعبر الإنترنت" } },
    { .lang = "fr",
      .decimal = ",",
      .colon = "\u00a0: ",
      .comma = ", ",
      .attended_criteria =
          "Présence à au moins %p\u00a0% des heures prévues, constatée par l'organisateur.",
      .awarded = { "Délivrée pour %a heures de présence sur %b heures prévues.",
                   "Délivrée pour l'animation de la formation lors de cette activité.",
                   "Délivrée pour une intervention lors de cette activité.",
                   "Délivrée pour une contribution à l'organisation de cette activité." },
      .dates = "Dates",
      .place = "Lieu",
      .organiser = "Organisateur",
      .partners = "Partenaires",
      .programme = "Programme",
      .mode = "Modalité",
      .modes = { NULL, "en présentiel", "en ligne", "hybride" } },
    { .lang = "tr",
      .decimal = ",",
      .colon = ": ",
      .comma = ", ",
      .attended_criteria = "Planlanan sürenin en az %%p oranında katılım; katılım düzenleyen "
                           "tarafından kaydedilmiştir.",
      .awarded = { "Planlanan %b saatin %a saatine katıldığı için verilmiştir.",
                   "Etkinlikte eğitmen olarak görev yaptığı için verilmiştir.",
                   "Etkinlikte konuşmacı olarak yer aldığı için verilmiştir.",
                   "Etkinliğin düzenlenmesine katkıda bulunduğu için verilmiştir." },
      .dates = "Tarih",
      .place = "Yer",
      .organiser = "Düzenleyen",
      .partners = "Ortaklar",
      .programme = "Program",
      .mode = "Katılım biçimi",
      .modes = { NULL, "yüz yüze", "çevrim içi", "karma" } },
    { .lang = "ru",
      .decimal = ",",
      .colon = ": ",
      .comma = ", ",
      .attended_criteria = "Присутствие не менее %p\u00a0% запланированного времени по данным "
                           "организатора.",
      .awarded = { "Выдан за участие: посещено %a\u00a0ч из %b\u00a0ч.",
                   "Выдан за проведение занятий на мероприятии.",
                   "Выдан за выступление на мероприятии.",
                   "Выдан за вклад в организацию мероприятия." },
      .dates = "Даты",
      .place = "Место",
      .organiser = "Организатор",
      .partners = "Партнёры",
      .programme = "Программа",
      .mode = "Формат",
      .modes = { NULL, "очный", "онлайн", "смешанный" } },
    { .lang = "kk",
      .decimal = ",",
      .colon = ": ",
      .comma = ", ",
      .attended_criteria = "Ұйымдастырушының деректері бойынша жоспарланған уақыттың кемінде %p "
                           "пайызына қатысу.",
      .awarded = { "Жоспарланған %b сағаттың %a сағатына қатысқаны үшін берілді.",
                   "Іс-шарада жаттықтырушы ретінде сабақ бергені үшін берілді.",
                   "Іс-шарада сөз сөйлегені үшін берілді.",
                   "Іс-шараны ұйымдастыруға үлес қосқаны үшін берілді." },
      .dates = "Күні",
      .place = "Орны",
      .organiser = "Ұйымдастырушы",
      .partners = "Серіктестер",
      .programme = "Бағдарлама",
      .mode = "Өткізу түрі",
      .modes = { NULL, "бетпе-бет", "онлайн", "аралас" } },
};

const sentence_table *
sentence_table_of(const char *lang)
{
    for (size_t i = 0; i < LANGUAGES; i++)
        if (strcmp(tables[i].lang, lang) == 0)
            return &tables[i];
    return &tables[0];
}
