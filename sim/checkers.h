// The checkers, each in a file of its own that says what it checks and what it does not. P10 (quiet) is judged where
// quiet is waited for (run.cpp), P12's bad input where input is given (device.cpp, workload.cpp).
#pragma once

#include <memory>

#include "sim/checker.h"
#include "store/store.h"

namespace toxtore::sim {

std::unique_ptr<Checker> check_loss(World& world);         ///< P1 and P9
std::unique_ptr<Checker> check_convergence(World& world);  ///< P2
std::unique_ptr<Checker> check_once(World& world);         ///< P3 and P8
std::unique_ptr<Checker> check_delivery(World& world);     ///< P4
std::unique_ptr<Checker> check_order(World& world);        ///< P5
std::unique_ptr<Checker> check_reading(World& world);      ///< P6
std::unique_ptr<Checker> check_roster(World& world);       ///< P7
std::unique_ptr<Checker> check_contacts(World& world);     ///< who is one person (DESIGN 7)
std::unique_ptr<Checker> check_erasing(World& world);      ///< what DESIGN 4 says of erased content
std::unique_ptr<Checker> check_harmless(World& world);     ///< P11
std::unique_ptr<Checker> check_requests(World& world);     ///< P11 too
std::unique_ptr<Checker> check_bounds(World& world);       ///< P12, memory

/// The devices of a user that are linked with his first one that was not removed, that one included. Who was removed
/// and was not linked anew is not among them, nor who was linked through such a device only, nor who knows of itself
/// that it is out.
std::vector<const Device*> linked_devices(const World& world, std::size_t user);
/// Whether that event is put aside there (DESIGN 8).
bool is_put_aside(const Store& store, const Dot& dot, const Hash& hash);
/// Every row of a conversation.
std::vector<MessageRow> whole_history(const Store& store, const PublicKey& conversation);
/// All conversations of which there is a friend row.
std::vector<PublicKey> conversations(const Store& store);

}  // namespace toxtore::sim
