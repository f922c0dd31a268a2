#include "sim/checker.h"

#include "sim/checkers.h"

namespace toxtore::sim {

std::vector<std::unique_ptr<Checker>> make_checkers(World& world) {
  std::vector<std::unique_ptr<Checker>> checkers;
  checkers.push_back(check_loss(world));
  checkers.push_back(check_convergence(world));
  checkers.push_back(check_once(world));
  checkers.push_back(check_delivery(world));
  checkers.push_back(check_order(world));
  checkers.push_back(check_reading(world));
  checkers.push_back(check_roster(world));
  checkers.push_back(check_contacts(world));
  checkers.push_back(check_erasing(world));
  checkers.push_back(check_harmless(world));
  checkers.push_back(check_requests(world));
  checkers.push_back(check_bounds(world));
  return checkers;
}

}  // namespace toxtore::sim
