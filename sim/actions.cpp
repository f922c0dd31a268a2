#include "sim/actions.h"

namespace toxtore::sim {

const std::vector<Action>& actions() {
  static const std::vector<Action> all = [] {
    std::vector<Action> both(workload().begin(), workload().end());
    both.insert(both.end(), faults().begin(), faults().end());
    return both;
  }();
  return all;
}

}  // namespace toxtore::sim
