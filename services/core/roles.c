/* SPDX-License-Identifier: Apache-2.0 */
#include "services/core/roles.h"

#include "sijill/v1/attendance.pb-c.h"
#include "sijill/v1/certificate.pb-c.h"
#include "sijill/v1/platform.pb-c.h"
#include "sijill/v1/registration.pb-c.h"

enum {
    OWNER = SJ_ROLE(OWNER),
    AUDITOR = SJ_ROLE(AUDITOR),
    TRAINER = SJ_ROLE(TRAINER),
    PLATFORM = SJ_ROLE(PLATFORM),
    GATEWAY = SJ_ROLE(GATEWAY),
    MANAGE = SJ_ROLES_MANAGE,
    READ = SJ_ROLES_READ,
};

#define EVENT_OF(message)                                                                          \
    {                                                                                              \
        &sijill__v1__##message##__descriptor, "event_id"                                           \
    }

/* clang-format off */
const sj_right sj_rights[] = {
    /* registration: what there is */
    { .type = 100, .roles = MANAGE }, /* DefineOrganisation */
    { .type = 101, .roles = MANAGE }, /* DefineProgramme */
    { .type = 102, .roles = MANAGE }, /* DefineEvent */
    { .type = 103, .roles = MANAGE, .event = EVENT_OF(change_event_state) },
    { .type = 104, .roles = MANAGE, .event = EVENT_OF(set_event_rules) },
    { .type = 110, .roles = MANAGE | PLATFORM | GATEWAY, .event = EVENT_OF(register) },
    { .type = 112, .roles = MANAGE, .event = EVENT_OF(decide_registration) },
    /* pushes that wait, and who is told */
    { .type = 120, .roles = MANAGE | GATEWAY }, /* HoldPush */
    { .type = 121, .roles = MANAGE | GATEWAY }, /* ReleasePush */
    { .type = 122, .roles = MANAGE },           /* DefineEndpoint */
    { .type = 123, .roles = MANAGE | GATEWAY }, /* SetEndpointState: 410 disables */
    { .type = 124, .roles = MANAGE },           /* ReplayEndpoint */
    /* keys are an owner's: who gives out keys gives out rights */
    { .type = 140, .roles = OWNER }, /* AddKey */
    { .type = 141, .roles = OWNER }, /* RevokeKey */
    /* hooks and links */
    { .type = 142, .roles = MANAGE, .event = EVENT_OF(add_hook) },
    { .type = 143, .roles = MANAGE },          /* RotateHook */
    { .type = 144, .roles = MANAGE },          /* RemoveHook */
    { .type = 145, .roles = OWNER | GATEWAY }, /* AdoptSealKey: whose it is reads what is sealed */
    { .type = 146, .roles = MANAGE, .event = EVENT_OF(link_event) },
    { .type = 148, .roles = MANAGE | PLATFORM | GATEWAY, .event = EVENT_OF(follow_registration) },
    /* whose files are read: what comes of the rows is asked again, row by row */
    { .type = 149, .roles = MANAGE | PLATFORM, .event = EVENT_OF(note_upload) },
    /* registration: questions */
    { .type = 150, .roles = READ | TRAINER | PLATFORM | GATEWAY, .event = EVENT_OF(get_event),
      .shown = { &sijill__v1__event_view__descriptor, "event.id" } }, /* asked by slug, too */
    { .type = 151, .roles = READ | PLATFORM | GATEWAY },              /* ListEvents */
    { .type = 152, .roles = READ | TRAINER | GATEWAY, .event = EVENT_OF(get_registration) },
    { .type = 153, .roles = READ | TRAINER, .event = EVENT_OF(list_registrations) },
    { .type = 154, .roles = READ },             /* ListProgrammes */
    { .type = 160, .roles = OWNER | AUDITOR },  /* ListKeys */
    { .type = 161, .roles = SJ_ROLES_OF_KEYS }, /* WhoAmI */
    { .type = 162, .roles = READ | GATEWAY },   /* ListHooks */
    { .type = 163, .roles = READ | GATEWAY },   /* GetHook */
    { .type = 164, .roles = READ | GATEWAY },   /* GetSealKey */
    { .type = 165, .roles = READ | GATEWAY, .event = EVENT_OF(list_links) },
    { .type = 166, .roles = READ | GATEWAY }, /* GetLink */
    { .type = 175, .roles = READ | GATEWAY }, /* ListHeld */
    { .type = 176, .roles = READ | GATEWAY }, /* ListEndpoints */
    { .type = 177, .roles = READ | GATEWAY }, /* GetEndpoint */
    /* attendance */
    { .type = 200, .roles = MANAGE | TRAINER | PLATFORM | GATEWAY,
      .event = { &sijill__v1__record_evidence__descriptor, "evidence.event_id" } },
    { .type = 201, .roles = MANAGE | TRAINER, .event = EVENT_OF(match_presence) },
    { .type = 250, .roles = READ | TRAINER, .event = EVENT_OF(list_attendance) },
    { .type = 251, .roles = READ | TRAINER, .event = EVENT_OF(explain_verdict) },
    { .type = 252, .roles = READ | TRAINER, .event = EVENT_OF(list_unmatched) },
    /* certificate; what a stranger may ask, every key may, and sees what a stranger sees */
    { .type = 300, .roles = MANAGE, .event = EVENT_OF(issue_certificate) },
    { .type = 301, .roles = MANAGE },           /* RevokeCertificate */
    { .type = 302, .roles = MANAGE },           /* ReissueCertificate */
    { .type = 305, .roles = MANAGE },           /* RefreshStatusList */
    { .type = 350, .roles = SJ_ROLES_OF_KEYS }, /* GetCertificate */
    { .type = 351, .roles = READ, .event = EVENT_OF(list_certificates) },
    { .type = 352, .roles = SJ_ROLES_OF_KEYS }, /* GetStatusList */
    { .type = 353, .roles = SJ_ROLES_OF_KEYS }, /* GetDidDocument */
    { .type = 354, .roles = READ, .event = EVENT_OF(list_eligible) },
    /* every service */
    { .type = 950, .roles = READ | GATEWAY }, /* GetStatus */
    { .type = 951, .roles = READ | GATEWAY }, /* GetMetrics */
    { .type = 952, .roles = READ, .event = EVENT_OF(list_audit) },
    { .type = 0 },
};

#define BIT(value) (1u << SIJILL__V1__##value)

const sj_guard sj_guards[] = {
    { 110, PLATFORM | GATEWAY, { &sijill__v1__register__descriptor, "override" }, 1u << true,
      "only an OWNER or ORGANISER registers outside the event's times: leave `override` out" },
    { 110, PLATFORM | GATEWAY, { &sijill__v1__register__descriptor, "role" },
      ~(BIT(ROLE__PARTICIPANT) | BIT(ROLE__OBSERVER)),
      "only an OWNER or ORGANISER says who is more than a PARTICIPANT or OBSERVER" },
    { 123, GATEWAY, { &sijill__v1__set_endpoint_state__descriptor, "state" },
      BIT(ENDPOINT_STATE__ENABLED), "a gateway disables endpoints; an ORGANISER enables them" },
    { 123, GATEWAY, { &sijill__v1__set_endpoint_state__descriptor, "remove" }, 1u << true,
      "a gateway disables endpoints; an ORGANISER removes them" },
    { 200, PLATFORM | GATEWAY, { &sijill__v1__record_evidence__descriptor, "evidence.kind" },
      BIT(EVIDENCE_KIND__MARK) | BIT(EVIDENCE_KIND__VOID),
      "a mark, or taking evidence back, is a person's judgement: a TRAINER or ORGANISER says it" },
    { 200, PLATFORM | GATEWAY, { &sijill__v1__record_evidence__descriptor, "evidence.source" },
      BIT(EVIDENCE_SOURCE__TRAINER_MARK), "a platform does not speak for a trainer" },
    { .type = 0 },
};
/* clang-format on */

const sj_right *
sj_right_of(uint32_t type)
{
    for (const sj_right *right = sj_rights; right->type != 0; right++)
        if (right->type == type)
            return right;
    return NULL;
}

const char *
sj_role_name(Sijill__V1__Access__Role role)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&sijill__v1__access__role__descriptor, (int) role);

    return value == NULL ? "?" : value->name;
}
