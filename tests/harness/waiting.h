// Waiting for a condition, with a deadline. Nothing here sleeps for luck.
//
// How the harness fails: what cannot be had in time, or at all, throws TestFailure, which GoogleTest reports as the
// failure of the test; what was started is ended by destructors on the way out.
#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

namespace toxtore {

/// The longest wait for whatever needs a connection. The first of two fresh toxcores takes about 10 s on loopback, but
/// after restarts of both sides toxcore was seen to need 30 s, and 45 s on a busy machine; it takes 32 s to see that a
/// killed peer is gone. A wait ends as soon as it can, so this costs nothing but the time of a failure.
inline constexpr std::chrono::seconds connection_patience{120};
/// A device that was killed again and again within seconds is found by toxcore only after minutes, now and then.
inline constexpr std::chrono::seconds reconnection_patience{360};
/// Between two looks at a condition.
inline constexpr std::chrono::milliseconds look_interval{20};

struct TestFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Throws "waited N s in vain for: `what`" if the condition does not hold in time.
void wait_until(const std::string& what, const std::function<bool()>& condition,
                std::chrono::milliseconds patience = connection_patience);

}  // namespace toxtore
