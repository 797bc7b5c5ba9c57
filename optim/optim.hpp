#pragma once

// All of gradus/optim.
#include <gradus/optim/adagrad.hpp>
#include <gradus/optim/adam.hpp>
#include <gradus/optim/clip.hpp>
#include <gradus/optim/optimizer.hpp>
#include <gradus/optim/rmsprop.hpp>
#include <gradus/optim/rule_optimizer.hpp>
#include <gradus/optim/schedule.hpp>
#include <gradus/optim/schedule_one_cycle.hpp>
#include <gradus/optim/schedule_plateau.hpp>
#include <gradus/optim/sgd.hpp>
#include <gradus/optim/state.hpp>
