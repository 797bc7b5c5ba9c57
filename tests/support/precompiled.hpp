#pragma once
// What nearly every test includes: read once for all of them. The tests still include what they use.
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>
#include <string>
#include <vector>

#include "support/catch.hpp"
