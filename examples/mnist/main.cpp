// Trains a network on handwritten digits. `mnist --help` says how.
#include <cstdio>
#include <exception>

#include <fmt/core.h>
#include <gradus/autograd/error.hpp>

#include "options.hpp"
#include "train.hpp"

int main(int argc, char** argv) {
  constexpr int wrong_usage = 2, not_finite = 3;
  try {
    const auto options = parse_options(argc, argv);
    return options ? run(*options) : 0;
  } catch (const NotFinite& error) {
    fmt::print(stderr, "mnist: {}\n", error.what());
    return not_finite;
  } catch (const std::exception& error) {
    fmt::print(stderr, "mnist: {}\n", error.what());
    return wrong_usage;
  }
}
