/* Time that only moves forward, for durations; and the date, for records. */
#ifndef FL_BASE_CLOCK_H
#define FL_BASE_CLOCK_H

/* Seconds of a monotonic clock with nanosecond steps; only differences mean anything. */
double fl_clock_seconds(void);

/* The date and time as "2026-01-31T23:59:59Z"; `text` holds at least 21 bytes. */
void fl_clock_date(char text[21]);

#endif
