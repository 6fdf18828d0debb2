/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/platform/samples.h"

const sample samples[] = {
    { "zoom", "registration_created", NULL,
      "{\"event\":\"webinar.registration_created\",\"event_ts\":1772352060000,\"payload\":{"
      "\"account"
      "_id\":\"Ac0unt_id_22chars_here\",\"object\":{\"uuid\":\"mZ3J1k2bQ7WcYxw0nHq+/"
      "A==\",\"id\":98765"
      "432101,\"host_id\":\"H0st_id_22_chars_aaaaa\",\"topic\":\"Halal "
      "standards\",\"type\":5,\"start_"
      "time\":\"2026-03-01T08:01:00Z\",\"duration\":60,\"timezone\":\"\",\"registrant\":{\"id\":"
      "\"aB3dE5f"
      "G7hI9jK1lM3nO5p\",\"first_name\":\"Amal\",\"last_name\":\"Al-Harthi\",\"email\":\"amal@"
      "example.o"
      "rg\",\"org\":\"Ministry\",\"country\":\"OM\",\"status\":\"approved\",\"job_title\":"
      "\"Chief\",\"languag"
      "e\":\"ar\",\"comments\":\"\",\"phone\":\"\"},\"occurrences\":[{\"occurrence_id\":"
      "\"1772352000000\",\"s"
      "tart_time\":\"2026-03-01T08:00:00Z\"}]}}}" },
    { "zoom", "registration_approved", NULL,
      "{\"event\":\"webinar.registration_approved\",\"event_ts\":1772352060000,\"payload\":{"
      "\"accoun"
      "t_id\":\"Ac0unt_id_22chars_here\",\"object\":{\"uuid\":\"mZ3J1k2bQ7WcYxw0nHq+/"
      "A==\",\"id\":9876"
      "5432101,\"host_id\":\"H0st_id_22_chars_aaaaa\",\"topic\":\"Halal "
      "standards\",\"type\":5,\"start"
      "_time\":\"2026-03-01T08:01:00Z\",\"duration\":60,\"timezone\":\"\",\"registrant\":{\"id\":"
      "\"aB3\",\""
      "first_name\":\"Amal\",\"last_name\":\"Al-Harthi\",\"email\":\"amal@example.org\"}}}}" },
    { "zoom", "registration_denied", NULL,
      "{\"event\":\"webinar.registration_denied\",\"event_ts\":1772352060000,\"payload\":{"
      "\"account_"
      "id\":\"Ac0unt_id_22chars_here\",\"object\":{\"uuid\":\"mZ3J1k2bQ7WcYxw0nHq+/"
      "A==\",\"id\":987654"
      "32101,\"host_id\":\"H0st_id_22_chars_aaaaa\",\"topic\":\"Halal "
      "standards\",\"type\":5,\"start_t"
      "ime\":\"2026-03-01T08:01:00Z\",\"duration\":60,\"timezone\":\"\",\"registrant\":{\"id\":"
      "\"aB3\",\"fi"
      "rst_name\":\"Amal\",\"last_name\":\"Al-Harthi\",\"email\":\"amal@example.org\"}}}}" },
    { "zoom", "registration_cancelled", NULL,
      "{\"event\":\"webinar.registration_cancelled\",\"event_ts\":1772352060000,\"payload\":{"
      "\"accou"
      "nt_id\":\"Ac0unt_id_22chars_here\",\"object\":{\"uuid\":\"mZ3J1k2bQ7WcYxw0nHq+/"
      "A==\",\"id\":987"
      "65432101,\"host_id\":\"H0st_id_22_chars_aaaaa\",\"topic\":\"Halal "
      "standards\",\"type\":5,\"star"
      "t_time\":\"2026-03-01T08:01:00Z\",\"duration\":60,\"timezone\":\"\",\"registrant\":{\"id\":"
      "\"aB3\","
      "\"first_name\":\"Amal\",\"last_name\":\"Al-Harthi\",\"email\":\"amal@example.org\"}}}}" },
    { "zoom", "joined", NULL,
      "{\"event\":\"webinar.participant_joined\",\"event_ts\":1772352060000,\"payload\":{\"account_"
      "i"
      "d\":\"Ac0unt_id_22chars_here\",\"object\":{\"uuid\":\"mZ3J1k2bQ7WcYxw0nHq+/"
      "A==\",\"id\":\"987654"
      "32101\",\"host_id\":\"H0st_id_22_chars_aaaaa\",\"topic\":\"Halal "
      "standards\",\"type\":5,\"start_"
      "time\":\"2026-03-01T08:01:00Z\",\"duration\":60,\"timezone\":\"\",\"participant\":{\"user_"
      "id\":\"1"
      "6778241\",\"user_name\":\"Amal\",\"id\":\"\",\"participant_user_id\":\"\",\"email\":\"amal@"
      "example.o"
      "rg\",\"registrant_id\":\"\",\"join_time\":\"2026-03-01T08:01:00Z\"}}}}" },
    { "zoom", "left", NULL,
      "{\"event\":\"webinar.participant_left\",\"event_ts\":1772352060000,\"payload\":{\"account_"
      "id\""
      ":\"Ac0unt_id_22chars_here\",\"object\":{\"uuid\":\"mZ3J1k2bQ7WcYxw0nHq+/"
      "A==\",\"id\":\"98765432"
      "101\",\"host_id\":\"H0st_id_22_chars_aaaaa\",\"topic\":\"Halal "
      "standards\",\"type\":5,\"start_ti"
      "me\":\"2026-03-01T08:01:00Z\",\"duration\":60,\"timezone\":\"\",\"participant\":{\"user_"
      "id\":\"167"
      "78241\",\"user_name\":\"Amal\",\"id\":\"\",\"participant_user_id\":\"\",\"email\":\"amal@"
      "example.org"
      "\",\"registrant_id\":\"\",\"leave_time\":\"2026-03-01T08:01:00Z\",\"leave_reason\":\"Amal "
      "left.<"
      "br>Reason: x\"}}}}" },
    { "zoom", "joined_breakout_room", NULL,
      "{\"event\":\"webinar.participant_joined_breakout_room\",\"event_ts\":1772352060000,\"payloa"
      "d\":{\"account_id\":\"Ac0unt_id_22chars_here\",\"object\":{\"uuid\":\"mZ3J1k2bQ7WcYxw0nHq+/"
      "A=="
      "\",\"id\":\"98765432101\",\"host_id\":\"H0st_id_22_chars_aaaaa\",\"topic\":\"Halal "
      "standards\",\"t"
      "ype\":5,\"start_time\":\"2026-03-01T08:01:00Z\",\"duration\":60,\"timezone\":\"\","
      "\"participant\""
      ":{\"user_id\":\"16778241\",\"user_name\":\"Amal\",\"id\":\"\",\"participant_user_id\":\"\","
      "\"email\":\""
      "\",\"registrant_id\":\"\",\"join_time\":\"2026-03-01T08:01:00Z\",\"parent_user_id\":"
      "\"16778240\"}"
      "}}}" },
    { "zoom", "left_breakout_room", NULL,
      "{\"event\":\"webinar.participant_left_breakout_room\",\"event_ts\":1772352060000,\"payload\""
      ":{\"account_id\":\"Ac0unt_id_22chars_here\",\"object\":{\"uuid\":\"mZ3J1k2bQ7WcYxw0nHq+/"
      "A==\","
      "\"id\":\"98765432101\",\"host_id\":\"H0st_id_22_chars_aaaaa\",\"topic\":\"Halal "
      "standards\",\"typ"
      "e\":5,\"start_time\":\"2026-03-01T08:01:00Z\",\"duration\":60,\"timezone\":\"\","
      "\"participant\":{"
      "\"user_id\":\"16778241\",\"user_name\":\"Amal\",\"id\":\"\",\"participant_user_id\":\"\","
      "\"email\":\"\","
      "\"registrant_id\":\"\",\"leave_time\":\"2026-03-01T08:01:00Z\"}}}}" },
    { "zoom", "bind", NULL,
      "{\"event\":\"webinar.participant_bind\",\"event_ts\":1772352060000,\"payload\":{\"account_"
      "id\""
      ":\"Ac0unt_id_22chars_here\",\"object\":{\"uuid\":\"mZ3J1k2bQ7WcYxw0nHq+/"
      "A==\",\"id\":\"98765432"
      "101\",\"host_id\":\"H0st_id_22_chars_aaaaa\",\"topic\":\"Halal "
      "standards\",\"type\":5,\"start_ti"
      "me\":\"2026-03-01T08:01:00Z\",\"duration\":60,\"timezone\":\"\",\"participant\":{\"user_"
      "id\":\"167"
      "78241\",\"user_name\":\"Amal\",\"id\":\"\",\"participant_user_id\":\"\",\"email\":\"amal@"
      "example.org"
      "\",\"registrant_id\":\"\",\"join_time\":\"2026-03-01T08:01:00Z\",\"bind_user_id\":"
      "\"16778240\",\"p"
      "hone_number\":\"968\"}}}}" },
    { "zoom", "role_changed", NULL,
      "{\"event\":\"webinar.participant_role_changed\",\"event_ts\":1772352060000,\"payload\":{"
      "\"acc"
      "ount_id\":\"Ac0unt_id_22chars_here\",\"object\":{\"uuid\":\"mZ3J1k2bQ7WcYxw0nHq+/"
      "A==\",\"id\":\""
      "98765432101\",\"host_id\":\"H0st_id_22_chars_aaaaa\",\"topic\":\"Halal "
      "standards\",\"type\":5,\""
      "start_time\":\"2026-03-01T08:01:00Z\",\"duration\":60,\"timezone\":\"\",\"participant\":{"
      "\"user_"
      "id\":\"16778241\",\"user_name\":\"Amal\",\"id\":\"\",\"participant_user_id\":\"\",\"email\":"
      "\"amal@exa"
      "mple.org\",\"registrant_id\":\"\",\"date_time\":\"2026-03-01T08:01:00Z\",\"new_role\":"
      "\"panelist"
      "\"}}}}" },
    { "zoom", "joined_waiting_room", NULL,
      "{\"event\":\"webinar.participant_joined_waiting_room\",\"event_ts\":1772352060000,\"payload"
      "\":{\"account_id\":\"Ac0unt_id_22chars_here\",\"object\":{\"uuid\":\"mZ3J1k2bQ7WcYxw0nHq+/"
      "A==\""
      ",\"id\":\"98765432101\",\"host_id\":\"H0st_id_22_chars_aaaaa\",\"topic\":\"Halal "
      "standards\",\"ty"
      "pe\":5,\"start_time\":\"2026-03-01T08:01:00Z\",\"duration\":60,\"timezone\":\"\","
      "\"participant\":"
      "{\"user_id\":\"16778241\",\"user_name\":\"Amal\",\"id\":\"\",\"participant_user_id\":\"\","
      "\"email\":\"a"
      "mal@example.org\",\"registrant_id\":\"\",\"date_time\":\"2026-03-01T08:01:00Z\"}}}}" },
    { "zoom", "ended", NULL,
      "{\"event\":\"webinar.ended\",\"event_ts\":1772352060000,\"payload\":{\"account_id\":"
      "\"Ac0unt_id"
      "_22chars_here\",\"object\":{\"uuid\":\"mZ3J1k2bQ7WcYxw0nHq+/"
      "A==\",\"id\":\"98765432101\",\"host_"
      "id\":\"H0st_id_22_chars_aaaaa\",\"topic\":\"Halal "
      "standards\",\"type\":5,\"start_time\":\"2026-0"
      "3-01T08:01:00Z\",\"duration\":60,\"timezone\":\"\",\"end_time\":\"2026-03-01T08:01:00Z\","
      "\"pract"
      "ice_session\":false}}}" },
    { "zoom", "challenge", NULL,
      "{\"payload\":{\"plainToken\":\"Sj1lPla1nT0kenAAAA22ch\"},\"event_ts\":1772352060000,"
      "\"event\":"
      "\"endpoint.url_validation\"}" },
    { "webex", "joined", NULL,
      "{\"id\":\"Y2lz\",\"name\":\"sijill\",\"resource\":\"meetingParticipants\",\"event\":"
      "\"joined\",\"stat"
      "us\":\"active\",\"created\":\"2026-02-01T00:00:00.000Z\",\"data\":{\"id\":\"5e5e_I_2200_"
      "7f3e\",\"m"
      "eetingId\":\"5e5e_I_2200\",\"hostEmail\":\"host@example.com\"}}" },
    { "webex", "left", NULL,
      "{\"id\":\"Y2lz\",\"name\":\"sijill\",\"resource\":\"meetingParticipants\",\"event\":"
      "\"left\",\"status"
      "\":\"active\",\"created\":\"2026-02-01T00:00:00.000Z\",\"data\":{\"id\":\"5e5e_I_2200_"
      "7f3e\",\"mee"
      "tingId\":\"5e5e_I_2200\",\"hostEmail\":\"host@example.com\"}}" },
    { "webex", "ended", NULL,
      "{\"id\":\"Y2lz\",\"name\":\"sijill\",\"resource\":\"meetings\",\"event\":\"ended\","
      "\"status\":\"active\""
      ",\"created\":\"2026-02-01T00:00:00.000Z\",\"data\":{\"id\":\"5e5e_I_2200\",\"title\":"
      "\"Halal\",\"en"
      "d\":\"2026-03-01T09:01:00Z\"}}" },
    { "webex", "participant", "meetingParticipants/5e5e_I_2200_7f3e",
      "{\"id\":\"5e5e_I_2200_7f3e\",\"orgId\":\"x\",\"host\":false,\"email\":\"amal@example.org\","
      "\"displa"
      "yName\":\"Amal\",\"state\":\"end\",\"joinedTime\":\"2026-03-01T08:01:00Z\",\"leftTime\":"
      "\"2026-03-"
      "01T08:31:00Z\",\"devices\":[{\"correlationId\":\"c1\",\"deviceType\":\"mac\",\"audioType\":"
      "\"voip\""
      ",\"joinedTime\":\"2026-03-01T08:01:00Z\",\"leftTime\":\"2026-03-01T08:31:00Z\"}]}" },
    { "bbb", "events", NULL,
      "[{\"data\":{\"type\":\"event\",\"id\":\"user-joined\",\"attributes\":{\"meeting\":{"
      "\"internal-meeti"
      "ng-id\":\"c0de-halal\",\"external-meeting-id\":\"halal\"},\"user\":{\"internal-user-id\":"
      "\"w_1\","
      "\"external-user-id\":\"aB3\",\"role\":\"VIEWER\",\"guest\":false,\"name\":\"Amal\"}},"
      "\"event\":{\"ts\""
      ":1772352060000}}},{\"data\":{\"type\":\"event\",\"id\":\"user-left\",\"attributes\":{"
      "\"meeting\":{"
      "\"internal-meeting-id\":\"c0de-halal\",\"external-meeting-id\":\"halal\"},\"user\":{"
      "\"internal-"
      "user-id\":\"w_1\",\"external-user-id\":\"aB3\",\"role\":\"VIEWER\",\"guest\":false}},"
      "\"event\":{\"ts"
      "\":1772352061000}}},{\"data\":{\"type\":\"event\",\"id\":\"meeting-ended\",\"attributes\":{"
      "\"meeti"
      "ng\":{\"internal-meeting-id\":\"c0de-halal\",\"external-meeting-id\":\"halal\"}},\"event\":{"
      "\"ts"
      "\":1772352062000}}}]" },
    { "bbb", "one", NULL,
      "{\"data\":{\"type\":\"event\",\"id\":\"user-joined\",\"attributes\":{\"meeting\":{"
      "\"internal-meetin"
      "g-id\":\"c0de-halal\",\"external-meeting-id\":\"halal\"},\"user\":{\"internal-user-id\":\"w_"
      "1\",\""
      "external-user-id\":\"aB3\",\"role\":\"VIEWER\",\"guest\":false,\"name\":\"Amal\"}},"
      "\"event\":{\"ts\":"
      "1772352060000}}}" },
    { "teams", "notices", NULL,
      "{\"value\":[{\"subscriptionId\":\"8f2d\",\"clientState\":\"our-secret\",\"changeType\":"
      "\"created\""
      ",\"tenantId\":\"0e0e\",\"resource\":\"solutions/virtualEvents/webinars/aa10/registrations\","
      "\"subscriptionExpirationDateTime\":\"2026-03-02T08:00:00Z\",\"resourceData\":{\"@odata.id\":"
      "\"solutions/virtualEvents/webinars/aa10/registrations/5f00\",\"@odata.type\":\"#microsoft"
      ".graph.virtualEventRegistration\",\"id\":\"5f00\"}},{\"subscriptionId\":\"8f2d\","
      "\"clientState"
      "\":\"our-secret\",\"changeType\":\"created\",\"tenantId\":\"0e0e\",\"resource\":\"solutions/"
      "virtua"
      "lEvents/webinars/aa10/registrations\",\"subscriptionExpirationDateTime\":\"2026-03-02T08"
      ":00:00Z\",\"resourceData\":{\"@odata.id\":\"solutions/virtualEvents/webinars/aa10/sessions"
      "/5e/attendanceReports/"
      "77\",\"id\":\"77\"}},{\"clientState\":\"our-secret\",\"lifecycleEvent\":\""
      "missed\"},{\"clientState\":\"our-secret\",\"encryptedContent\":{\"data\":\"\"}}]}" },
    { "teams", "registration", "solutions/virtualEvents/webinars/aa10/registrations/5f00",
      "{\"id\":\"5f00\",\"email\":\"amal@example.org\",\"firstName\":\"Amal\",\"lastName\":\"Al-"
      "Harthi\",\"s"
      "tatus\":\"registered\",\"registrationDateTime\":\"2026-03-01T08:01:00Z\",\"cancelationDateTi"
      "me\":null,\"preferredLanguage\":\"en-us\",\"registrationQuestionAnswers\":[]}" },
    { "teams", "report",
      "solutions/virtualEvents/webinars/aa10/sessions/5e/attendanceReports/"
      "77?$expand=attendanceRecords#0",
      "{\"id\":\"77\",\"attendanceRecords\":[{\"id\":\"r1\",\"emailAddress\":\"amal@example.org\","
      "\"totalA"
      "ttendanceInSeconds\":1800,\"role\":\"Attendee\",\"registrationId\":\"5f00\",\"identity\":{"
      "\"disp"
      "layName\":\"Amal\"},\"externalRegistrationInformation\":{\"registrationId\":\"x\","
      "\"referrer\":"
      "\"\"},\"attendanceIntervals\":[{\"joinDateTime\":\"2026-03-01T08:01:00Z\",\"leaveDateTime\":"
      "\"2"
      "026-03-01T08:31:00Z\",\"durationInSeconds\":1800}]}],\"@odata.nextLink\":\"https://graph.m"
      "icrosoft.com/v1.0/x?y\"}" },
    { "jaas", "joined", NULL,
      "{\"idempotencyKey\":\"5d0c\",\"customerId\":\"ab12\",\"appId\":\"vpaas-magic-cookie-ab12\","
      "\"even"
      "tType\":\"PARTICIPANT_JOINED\",\"sessionId\":\"session-halal\",\"timestamp\":1772352060000,"
      "\"f"
      "qn\":\"vpaas-magic-cookie-ab12/"
      "halal\",\"data\":{\"id\":\"aB3\",\"name\":\"Amal\",\"email\":\"amal@e"
      "xample.org\",\"moderator\":false,\"participantJid\":\"40bd@8x8.vc\"}}" },
    { "jaas", "left", NULL,
      "{\"idempotencyKey\":\"5d0c\",\"customerId\":\"ab12\",\"appId\":\"vpaas-magic-cookie-ab12\","
      "\"even"
      "tType\":\"PARTICIPANT_LEFT\",\"sessionId\":\"session-halal\",\"timestamp\":1772352060000,"
      "\"fqn"
      "\":\"vpaas-magic-cookie-ab12/"
      "halal\",\"data\":{\"breakoutRoomId\":\"b1\",\"isBreakout\":true,\"i"
      "d\":\"aB3\",\"name\":\"Amal\",\"email\":\"amal@example.org\",\"moderator\":false,"
      "\"participantJid\""
      ":\"40bd@8x8.vc\"}}" },
    { "jaas", "destroyed", NULL,
      "{\"idempotencyKey\":\"5d0c\",\"customerId\":\"ab12\",\"appId\":\"vpaas-magic-cookie-ab12\","
      "\"even"
      "tType\":\"ROOM_DESTROYED\",\"sessionId\":\"session-halal\",\"timestamp\":1772352060000,"
      "\"fqn\":"
      "\"vpaas-magic-cookie-ab12/halal\",\"data\":{\"isBreakout\":false}}" },
    { "standard", "registration", NULL,
      "{\"type\":\"org.example.registration.created\",\"timestamp\":\"2026-03-01T08:01:00Z\","
      "\"data\""
      ":{\"external_id\":\"halal\",\"registrant_id\":\"r1\",\"email\":\"amal@example.org\","
      "\"name\":\"Amal"
      "\",\"country\":\"OM\",\"institution\":\"Ministry\",\"position\":\"Chief\",\"language\":"
      "\"ar\",\"pendin"
      "g\":true,\"title\":\"Halal\",\"platform\":\"goto\"}}" },
    { "standard", "present", NULL,
      "{\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"https://"
      "webinars.example.org\",\"type\":\"org.e"
      "xample.participant.present\",\"time\":\"2026-03-01T08:01:00Z\",\"datacontenttype\":\"applica"
      "tion/"
      "json\",\"data\":{\"webinar_id\":7,\"instance\":\"i\",\"first_name\":\"Amal\",\"last_name\":"
      "\"A\""
      ",\"connection\":\"c\",\"bound_to\":\"d\",\"occurred_at\":\"2026-03-01T08:01:00Z\",\"ended_"
      "at\":\"20"
      "26-03-01T08:31:00Z\"}}" },
    { "standard", "bind", NULL,
      "{\"specversion\":\"1.0\",\"id\":\"e2\",\"source\":\"https://"
      "webinars.example.org\",\"type\":\"org.e"
      "xample.participant.bind\",\"time\":\"2026-03-01T08:01:00Z\",\"datacontenttype\":\"applicatio"
      "n/"
      "json\",\"data\":{\"webinar_id\":7,\"instance\":\"i\",\"first_name\":\"Amal\",\"last_name\":"
      "\"A\",\"c"
      "onnection\":\"c\",\"bound_to\":\"d\",\"occurred_at\":\"2026-03-01T08:01:00Z\",\"ended_at\":"
      "\"2026-"
      "03-01T08:31:00Z\"}}" },
    { "standard", "joined", NULL,
      "{\"type\":\"org.example.participant.joined\",\"timestamp\":\"2026-03-01T08:01:00Z\","
      "\"data\":{"
      "\"email\":\"a@b.org\"}}" },
    { "standard", "ended", NULL,
      "{\"type\":\"org.example.webinar.ended\",\"timestamp\":\"2026-03-01T08:01:00Z\",\"data\":{"
      "\"exte"
      "rnal_id\":\"halal\"}}" },
};
const size_t sample_count = sizeof samples / sizeof samples[0];
