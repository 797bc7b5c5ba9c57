#include <gradus/nn/nn.hpp>
