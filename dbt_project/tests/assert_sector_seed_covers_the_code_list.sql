-- A sector that the contract gains needs its groupings in the seed, or its unions fall out of the ratios.
with codes as (
    select code from {{ ref('code_lists') }}
    where form = 'grassroots_unions' and field = 'sector'
),

sectors as (
    select * from {{ ref('dim_sector') }}
)

select codes.code
from codes
left join sectors on codes.code = sectors.sector
where sectors.sector is null
