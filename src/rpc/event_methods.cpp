// events.*: following the log.
#include "rpc/method.h"

namespace toxtore {

using nlohmann::json;

namespace {

Answer subscribe(const Call& call) {
  const Arrival last = call.engine.store().last_arrival();
  const Arrival since = call.number_or("since", last);
  if (since > last)
    return refuse(ErrorKind::invalid_argument, "the cursor " + std::to_string(since) + " is beyond the last event, " +
                                                   std::to_string(last) +
                                                   "; it belongs to another profile or an older state of this one");
  call.session.subscription = Subscription(since);
  return json{{"cursor", since}};
}

Answer unsubscribe(const Call& call) {
  call.session.subscription.reset();
  return json::object();
}

}  // namespace

std::vector<Method> event_methods() {
  return {{"events.subscribe", {{"since", Parameter::Type::number, false}}, subscribe},
          {"events.unsubscribe", {}, unsubscribe}};
}

}  // namespace toxtore
