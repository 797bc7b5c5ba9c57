#include <gradus/data/data.hpp>
