#pragma once

// All of gradus/optim.
#include <gradus/optim/adadelta.hpp>
#include <gradus/optim/adagrad.hpp>
#include <gradus/optim/adam.hpp>
#include <gradus/optim/adamax.hpp>
#include <gradus/optim/clip.hpp>
#include <gradus/optim/early_stopping.hpp>
#include <gradus/optim/ema.hpp>
#include <gradus/optim/lbfgs.hpp>
#include <gradus/optim/lion.hpp>
#include <gradus/optim/muon.hpp>
#include <gradus/optim/nadam.hpp>
#include <gradus/optim/optimizer.hpp>
#include <gradus/optim/parameter_vector.hpp>
#include <gradus/optim/radam.hpp>
#include <gradus/optim/rmsprop.hpp>
#include <gradus/optim/rprop.hpp>
#include <gradus/optim/rule_optimizer.hpp>
#include <gradus/optim/schedule.hpp>
#include <gradus/optim/schedule_cyclic.hpp>
#include <gradus/optim/schedule_factors.hpp>
#include <gradus/optim/schedule_one_cycle.hpp>
#include <gradus/optim/schedule_plateau.hpp>
#include <gradus/optim/schedule_sequential.hpp>
#include <gradus/optim/sgd.hpp>
#include <gradus/optim/state.hpp>
