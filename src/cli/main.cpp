// toxtore: the command line of a running toxtored.
#include "cli/commands.h"

int main(int argc, char** argv) { return toxtore::run_program({argv + (argc > 0 ? 1 : 0), argv + argc}); }
