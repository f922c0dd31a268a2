// The layout of the database, and how an older one becomes a newer one.
//
// PRAGMA application_id says that the file is Toxtore's, PRAGMA user_version which layout it has. A layout that was
// once released never changes: a new one is a further step at the end of the list.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "store/sql_database.h"

namespace toxtore {

/// "TxTr"
inline constexpr std::int64_t application_id = 0x54785472;

/// SQL that brings a database from one version to the next; the first one makes version 1 of an empty file.
using SchemaStep = const char*;
std::span<const SchemaStep> schema_steps();

/// Empties every table of the view; the log and what is remembered stay. A new table of the view goes in here too.
extern const char* const clear_view_statements;

/// Whether `migrate` may go on with what is there: an empty file, or ours in a version that the steps lead to.
/// Changes nothing. Errors: foreign_file, newer_schema, and the database's own.
Result<void> check_schema(SqlDatabase& database, std::span<const SchemaStep> steps);

/// Runs the steps that lack, each in a transaction of its own: a crash or an error leaves a version that is whole.
Result<void> migrate(SqlDatabase& database, std::span<const SchemaStep> steps);

}  // namespace toxtore
