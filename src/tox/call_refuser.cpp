#include "tox/call_refuser.h"

#include <tox/toxav.h>

#include <utility>

namespace toxtore {

void CallRefuser::Deleter::operator()(ToxAV* av) const { toxav_kill(av); }

CallRefuser::CallRefuser(Tox& tox, CallCallback called) : called_(std::move(called)), av_(toxav_new(&tox, nullptr)) {
  if (!av_) return;
  const auto on_call = [](ToxAV* /*av*/, std::uint32_t friend_number, bool /*audio*/, bool /*video*/, void* user_data) {
    auto& self = *static_cast<CallRefuser*>(user_data);
    self.called_(friend_number);
    self.pending_.push_back(friend_number);
  };
  toxav_callback_call(av_.get(), on_call, this);
}

CallRefuser::~CallRefuser() = default;

void CallRefuser::refuse() {
  for (const std::uint32_t friend_number : std::exchange(pending_, {})) {
    toxav_call_control(av_.get(), friend_number, TOXAV_CALL_CONTROL_CANCEL, nullptr);
  }
}

}  // namespace toxtore
