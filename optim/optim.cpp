#include <gradus/optim/optim.hpp>
