#pragma once
// The same for tests of what is built on autograd.
#include <filesystem>
#include <gradus/gradus.hpp>
#include <map>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/same_bits.hpp"
#include "support/strided.hpp"
