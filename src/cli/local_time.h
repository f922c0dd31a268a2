// Moments as the user's clock shows them. Depends on the process's time zone (TZ); times are milliseconds since the
// Unix epoch, as in docs/RPC.md.
#pragma once

#include <cstdint>
#include <string>

namespace toxtore {

/// "2024-05-01". Years beyond 9999 come out as "?".
std::string local_date(std::uint64_t time_ms);
/// "Wed 2024-05-01", the heading over the messages of a day.
std::string local_day(std::uint64_t time_ms);
/// "17:42".
std::string local_clock(std::uint64_t time_ms);
/// "2024-05-01 17:42".
std::string local_date_and_clock(std::uint64_t time_ms);

}  // namespace toxtore
