#![cfg(test)]
//! The real binary as an operator runs it: its signals, its files, its sockets.

mod admin_listener;
mod approval;
mod bank;
mod browser;
mod bystanders;
mod crash;
mod demo;
mod floods;
mod full_disk;
mod heads;
mod languages;
mod lost_log;
mod mamori;
mod nodes;
mod protections;
mod readiness;
mod receiver;
mod serve;
mod service;
mod slow_clients;
mod staff;
mod stalling_proxy;
mod start;
