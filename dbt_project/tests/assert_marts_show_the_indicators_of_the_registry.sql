-- mart_membership has ratios by sector, basis and scope, which no indicator has; where its grain is that of
-- the indicator, both say the same.
with membership as (
    select * from {{ ref('mart_membership') }}
    where sector = 'all' and basis = 'as_reported' and scope = 'all'
),

indicator_values as (
    select * from {{ ref('mart_indicator') }}
    where indicator_code = 'density_pct'
)

select
    membership.period,
    membership.org_unit_code,
    membership.density_pct,
    indicator_values.value
from membership
left join indicator_values
    on
        membership.period = indicator_values.period
        and membership.org_unit_code = indicator_values.org_unit_code
where membership.density_pct is distinct from indicator_values.value
