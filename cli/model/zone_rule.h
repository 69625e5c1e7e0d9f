#ifndef MODEL_ZONE_RULE_H
#define MODEL_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The rule at the end of a TZif file, in the form of POSIX's TZ variable with
 * the extensions of RFC 9636, 3.3.1: "PST8PDT,M3.2.0,M11.1.0".
 */
enum {
	ZONE_RULE_MAX = 128
};

enum zone_day_kind {
	ZONE_DAY_JULIAN,  /* Jn: 1 to 365, 29 February never counted */
	ZONE_DAY_COUNTED, /* n: 0 to 365 */
	ZONE_DAY_MONTH	  /* Mm.w.d: weekday d of week w of month m */
};

struct zone_day {
	enum zone_day_kind kind;
	int day; /* of the year, or the weekday */
	int week;
	int month;
	int32_t time; /* seconds after midnight, may be negative */
};

struct zone_rule {
	int32_t standard; /* seconds east of UTC */
	bool has_summer;
	int32_t summer;
	struct zone_day start; /* of summer time, in standard time */
	struct zone_day end;   /* in summer time */
};

bool zone_rule_parse(const char *s, struct zone_rule *out);
int32_t zone_rule_offset(const struct zone_rule *r, int64_t t);

#endif
