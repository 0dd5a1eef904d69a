-- A target belongs to a set of one unit, and counts from a first year that is not after its target year.
with targets as (
    select * from {{ ref('fct_target') }}
),

sets as (
    select * from {{ ref('dim_target_set') }}
)

select
    targets.org_unit_code,
    targets.indicator_code,
    targets.target_set,
    targets.target_year
from targets
left join sets
    on targets.target_set = sets.target_set and targets.set_org_unit_code = sets.org_unit_code
where sets.target_set is null or targets.first_year > targets.target_year
