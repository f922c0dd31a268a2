// Calls: this version takes none, but tells of each (input::Offer) and refuses it, so that the friend's program stops
// ringing. Without toxav a call would be dropped by toxcore unseen.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

struct Tox;
struct ToxAV;

namespace toxtore {

class CallRefuser {
 public:
  using CallCallback = std::function<void(std::uint32_t friend_number)>;

  /// `tox` must outlive this. `called` runs within tox_iterate. If toxav cannot be had, calls go unseen.
  CallRefuser(Tox& tox, CallCallback called);
  CallRefuser(const CallRefuser&) = delete;
  CallRefuser& operator=(const CallRefuser&) = delete;
  ~CallRefuser();

  /// Refuses what came in since the last time; after tox_iterate, for toxav is not to be called from its callback.
  void refuse();

 private:
  struct Deleter {
    void operator()(ToxAV* av) const;
  };

  CallCallback called_;
  std::vector<std::uint32_t> pending_;  ///< friend numbers
  std::unique_ptr<ToxAV, Deleter> av_;
};

}  // namespace toxtore
