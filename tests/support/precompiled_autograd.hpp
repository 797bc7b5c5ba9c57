#pragma once
// What many tests of autograd include: read once for all of them. The tests still include what they use.
#include <gradus/autograd/derivatives.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/graph.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>
#include <map>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/pytorch.hpp"
#include "support/same_bits.hpp"
#include "support/strided.hpp"
