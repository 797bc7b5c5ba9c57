#pragma once

// Models, layers and what is done with them.
#include <gradus/nn/digest.hpp>
